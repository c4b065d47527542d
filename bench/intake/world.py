"""The made-up world of the bench: what is sold, who buys, and who we are. The same seed gives the same world."""

import itertools
import random
from dataclasses import dataclass
from decimal import Decimal

CATALOGUE_SIZE = 5_000
CENT = Decimal("0.01")
OWN_NAMES = ("Harbour Fastening & Supply Co., Ltd.", "海港紧固件供应有限公司")
OWN_ADDRESSES = ("18 Quayside Road, Ningbo, Zhejiang 315800", "浙江省宁波市北仑区码头路18号 315800")


@dataclass(frozen=True, slots=True)
class Product:
    """What is sold; `price` net for one `unit`, `pack` how many units come together."""

    code: str
    name_zh: str
    name_en: str
    spec: str
    unit_zh: str
    unit_en: str
    pack: int
    price: Decimal
    barcode: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys. Every customer writes all his orders with one template."""

    code: str
    name_zh: str
    name_en: str
    address_zh: str
    address_en: str
    contact_zh: str
    contact_en: str
    email: str
    phone: str
    po_form: int


# zh name, en name, code stem, zh unit, en unit, usual packs, lowest and highest price in cents
FAMILIES = (
    ("六角头螺栓", "Hex head bolt", "HB", "只", "PCS", (1, 50, 100), 8, 420),
    ("内六角螺钉", "Socket cap screw", "SC", "个", "EA", (1, 100, 200), 6, 380),
    ("六角螺母", "Hex nut", "HN", "只", "PCS", (100, 200, 500), 2, 160),
    ("平垫圈", "Flat washer", "FW", "只", "PCS", (100, 500, 1000), 1, 60),
    ("深沟球轴承", "Deep groove ball bearing", "BRG", "套", "SET", (1, 10), 350, 18_000),
    ("骨架油封", "Rotary shaft seal", "OS", "件", "PCS", (1, 10, 50), 120, 4_500),
    ("球阀", "Ball valve", "VLV", "台", "EA", (1, 5), 1_800, 145_000),
    ("液压软管", "Hydraulic hose", "HH", "米", "M", (1, 20, 50), 900, 6_800),
    ("丁腈手套", "Nitrile gloves", "GLV", "双", "PAIR", (1, 12, 100), 90, 950),
    ("工业胶带", "Industrial tape", "TP", "卷", "ROLL", (1, 12, 36), 260, 3_900),
    ("电缆扎带", "Cable tie", "CT", "包", "PACK", (1, 10), 380, 2_600),
    ("信号灯", "Signal lamp", "SL", "个", "EA", (1, 10), 850, 9_800),
    ("硅胶密封圈", "Silicone O-ring", "OR", "只", "PCS", (1, 100), 15, 880),
    ("润滑脂", "Bearing grease", "LG", "桶", "DRUM", (1,), 4_800, 96_000),
)
MATERIALS = (("不锈钢", "stainless", "A2"), ("镀锌", "zinc plated", "ZN"), ("黄铜", "brass", "BR"), ("", "", "ST"))
CITIES = (
    ("苏州", "Suzhou", "江苏省苏州市工业园区星湖街{}号", "{} Xinghu Street, Industrial Park, Suzhou, Jiangsu"),
    ("东莞", "Dongguan", "广东省东莞市长安镇振安路{}号", "{} Zhen'an Road, Chang'an Town, Dongguan, Guangdong"),
    ("天津", "Tianjin", "天津市西青区赛达大道{}号", "{} Saida Avenue, Xiqing District, Tianjin"),
    ("重庆", "Chongqing", "重庆市渝北区金开大道{}号", "{} Jinkai Avenue, Yubei District, Chongqing"),
    ("青岛", "Qingdao", "山东省青岛市黄岛区江山南路{}号", "{} Jiangshan South Road, Huangdao, Qingdao"),
    ("武汉", "Wuhan", "湖北省武汉市东湖高新区光谷大道{}号", "{} Guanggu Avenue, East Lake, Wuhan, Hubei"),
    ("厦门", "Xiamen", "福建省厦门市集美区杏林湾路{}号", "{} Xinglinwan Road, Jimei, Xiamen, Fujian"),
    ("沈阳", "Shenyang", "辽宁省沈阳市铁西区建设东路{}号", "{} Jianshe East Road, Tiexi, Shenyang, Liaoning"),
)
STEMS = (
    ("恒达", "Hengda"), ("瑞丰", "Ruifeng"), ("新航", "Xinhang"), ("金鼎", "Jinding"), ("博远", "Boyuan"),
    ("华信", "Huaxin"), ("科力", "Keli"), ("天成", "Tiancheng"), ("鸿图", "Hongtu"), ("盛泰", "Shengtai"),
    ("东升", "Dongsheng"), ("联创", "Lianchuang"),
)  # fmt: skip
TRADES = (
    ("机械有限公司", "Machinery Co., Ltd."), ("精密制造有限公司", "Precision Manufacturing Co., Ltd."),
    ("机电设备有限公司", "Electromechanical Equipment Co., Ltd."), ("贸易有限公司", "Trading Co., Ltd."),
    ("汽车零部件有限公司", "Auto Parts Co., Ltd."), ("自动化科技股份有限公司", "Automation Technology Co., Ltd."),
)  # fmt: skip
PEOPLE = (
    ("王海燕", "Wang Haiyan"), ("李建国", "Li Jianguo"), ("张敏", "Zhang Min"), ("陈晓东", "Chen Xiaodong"),
    ("刘洋", "Liu Yang"), ("赵文静", "Zhao Wenjing"), ("孙立", "Sun Li"), ("周倩", "Zhou Qian"),
)  # fmt: skip


def catalogue(seed: int = 1, size: int = CATALOGUE_SIZE) -> tuple[Product, ...]:
    """Everything that is sold, each code once."""
    chance = random.Random(f"catalogue {seed}")
    products: dict[str, Product] = {}
    while len(products) < size:
        product = _product(chance, len(products))
        products.setdefault(product.code, product)
    return tuple(products.values())


def _product(chance: random.Random, number: int) -> Product:
    zh, en, stem, unit_zh, unit_en, packs, low, high = chance.choice(FAMILIES)
    material_zh, material_en, mark = chance.choice(MATERIALS)
    first, second = chance.choice((3, 4, 5, 6, 8, 10, 12, 16, 20, 24)), chance.randrange(5, 200, 5)
    spec = chance.choice((f"M{first}×{second}", f"{first}x{second}mm", f"DN{second}", f"{first}*{second}-{mark}"))
    serial = chance.randrange(100, 9_999)
    code = chance.choice(
        (f"{stem}-M{first}-{second}-{mark}", f"{stem}{serial:04d}{mark}", f"{stem}.{serial}.{second:03d}",
         f"{chance.randrange(10_000_000, 99_999_999)}", f"{stem}-{serial:04d}", f"{stem}{first}{second}/{mark}")
    )  # fmt: skip
    return Product(
        code,
        material_zh + zh,
        f"{en}, {material_en}" if material_en else en,
        spec,
        unit_zh,
        unit_en,
        chance.choice(packs),
        Decimal(chance.randint(low, high)) / 100,
        with_check_digit(690_000_000_000 + number * 37 + 1_000_003),
    )


def with_check_digit(stem: int) -> str:
    """The thirteen digits of an article's or place's number, from its first twelve."""
    digits = [int(digit) for digit in str(stem)]
    return f"{stem}{-sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10}"


def customers(count: int, seed: int = 1) -> tuple[Customer, ...]:
    """So many customers with names of their own."""
    chance = random.Random(f"customers {seed}")
    every = list(itertools.product(CITIES, STEMS, TRADES))
    chance.shuffle(every)
    return tuple(_customer(chance, number, *every[number % len(every)]) for number in range(count))


def _customer(chance: random.Random, number: int, city, stem, trade) -> Customer:
    house = chance.randint(2, 988)
    person = chance.choice(PEOPLE)
    return Customer(
        f"C{10_000 + number}",
        f"{city[0]}{stem[0]}{trade[0]}",
        f"{city[1]} {stem[1]} {trade[1]}",
        city[2].format(house),
        city[3].format(house),
        *person,
        f"{person[1].split()[1].lower()}@{stem[1].lower()}{number}.example",
        f"0{chance.randint(512, 899)}-{chance.randint(20_000_000, 89_999_999)}",
        chance.randrange(6),
    )

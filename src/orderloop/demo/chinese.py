"""Chinese names of the products, put together from a dictionary of the words in their English names."""

import re

CATEGORIES = {"Bikes": "整车", "Components": "零部件", "Clothing": "服装", "Accessories": "配件", "": "生产用件"}

SUBCATEGORIES = {
    "Mountain Bikes": "山地自行车",
    "Road Bikes": "公路自行车",
    "Touring Bikes": "旅行自行车",
    "Handlebars": "车把",
    "Bottom Brackets": "中轴",
    "Brakes": "刹车",
    "Chains": "链条",
    "Cranksets": "牙盘",
    "Derailleurs": "变速器",
    "Forks": "前叉",
    "Headsets": "碗组",
    "Mountain Frames": "山地车架",
    "Pedals": "脚踏",
    "Road Frames": "公路车架",
    "Saddles": "车座",
    "Touring Frames": "旅行车架",
    "Wheels": "车轮",
    "Bib-Shorts": "背带骑行裤",
    "Caps": "骑行帽",
    "Gloves": "骑行手套",
    "Jerseys": "骑行服",
    "Shorts": "骑行短裤",
    "Socks": "袜子",
    "Tights": "紧身裤",
    "Vests": "背心",
    "Bike Racks": "自行车架",
    "Bike Stands": "停车架",
    "Bottles and Cages": "水壶与水壶架",
    "Cleaners": "清洁剂",
    "Fenders": "挡泥板",
    "Helmets": "头盔",
    "Hydration Packs": "水袋背包",
    "Lights": "车灯",
    "Locks": "车锁",
    "Panniers": "驮包",
    "Pumps": "打气筒",
    "Tires and Tubes": "外胎与内胎",
}

# Longest phrases win; a hyphen between two words counts as a space.
PHRASES = {
    "ll": "入门级",
    "ml": "中级",
    "hl": "高级",
    "awc": "AWC ",
    "bb": "中轴",
    "mountain": "山地",
    "road": "公路",
    "touring": "旅行",
    "sport": "运动",
    "w": "女款",
    "black": "黑色",
    "red": "红色",
    "silver": "银色",
    "yellow": "黄色",
    "blue": "蓝色",
    "frame": "车架",
    "fork": "前叉",
    "fork crown": "前叉肩",
    "fork end": "前叉脚",
    "front wheel": "前轮",
    "rear wheel": "后轮",
    "handlebars": "车把",
    "handlebar tube": "车把管",
    "headset": "碗组",
    "headset ball bearings": "碗组滚珠轴承",
    "ball bearing": "滚珠轴承",
    "bearing ball": "轴承滚珠",
    "adjustable race": "可调轴承碗",
    "crown race": "下碗座圈",
    "lower head race": "下头碗",
    "cup shaped race": "杯形轴承碗",
    "cone shaped race": "锥形轴承碗",
    "blade": "叉腿",
    "crankarm": "曲柄",
    "crankset": "牙盘",
    "chainring": "链轮",
    "chainring bolts": "链轮螺栓",
    "chainring nut": "链轮螺母",
    "chain": "链条",
    "chain stays": "后下叉",
    "decal": "贴花",
    "down tube": "下管",
    "head tube": "头管",
    "seat tube": "立管",
    "top tube": "上管",
    "end caps": "端盖",
    "freewheel": "飞轮",
    "flat washer": "平垫圈",
    "keyed washer": "带键垫圈",
    "lock washer": "锁紧垫圈",
    "external lock washer": "外齿锁紧垫圈",
    "internal lock washer": "内齿锁紧垫圈",
    "lock ring": "锁环",
    "lock nut": "锁紧螺母",
    "hex nut": "六角螺母",
    "thin jam hex nut": "薄型六角螺母",
    "thin jam lock nut": "薄型锁紧螺母",
    "front derailleur": "前变速器",
    "rear derailleur": "后变速器",
    "front derailleur cage": "前变速器导链板",
    "rear derailleur cage": "后变速器导链板",
    "front derailleur linkage": "前变速器连杆",
    "guide pulley": "导轮",
    "tension pulley": "张紧轮",
    "grip tape": "把带",
    "hub": "花鼓",
    "rim": "轮圈",
    "spokes": "辐条",
    "nipple": "辐条帽",
    "shell": "中轴壳",
    "spindle/axle": "心轴",
    "metal angle": "角钢",
    "metal bar": "金属棒",
    "metal plate": "金属板",
    "metal sheet": "金属薄板",
    "metal tread plate": "花纹金属板",
    "paint": "油漆",
    "pinch bolt": "夹紧螺栓",
    "reflector": "反光片",
    "seat assembly": "车座总成",
    "seat/saddle": "车座",
    "seat lug": "座管接头",
    "seat post": "座杆",
    "seat stays": "后上叉",
    "stem": "把立",
    "steerer": "舵管",
    "pedal": "脚踏",
    "tire": "外胎",
    "tire tube": "内胎",
    "bottom bracket": "中轴",
    "front brakes": "前刹车",
    "rear brakes": "后刹车",
    "helmet": "头盔",
    "bike socks": "骑行袜",
    "racing socks": "竞速袜",
    "logo cap": "标志帽",
    "long sleeve logo jersey": "长袖标志骑行服",
    "short sleeve classic jersey": "短袖经典骑行服",
    "men's sports shorts": "男式运动短裤",
    "women's mountain shorts": "女式山地短裤",
    "men's bib shorts": "男式背带骑行裤",
    "women's tights": "女式紧身裤",
    "half finger gloves": "半指手套",
    "full finger gloves": "全指手套",
    "classic vest": "经典背心",
    "panniers": "驮包",
    "large": "大号",
    "cable lock": "钢缆锁",
    "minipump": "便携打气筒",
    "pump": "打气筒",
    "taillights": "尾灯",
    "battery powered": "电池供电",
    "headlights": "前灯",
    "dual beam": "双光束",
    "weatherproof": "防水",
    "water bottle": "水壶",
    "bottle cage": "水壶架",
    "oz": "盎司",
    "patch kit/": "补胎套装/",
    "patches": "片",
    "hitch rack": "拖钩车架",
    "bike": "辆",
    "bike wash": "洗车液",
    "dissolver": "溶解剂",
    "fender set": "挡泥板套装",
    "all purpose bike stand": "多用途停车架",
    "hydration pack": "水袋背包",
    "s": "S",
    "m": "M",
    "l": "L",
    "xl": "XL",
}
COLOURS = frozenset({"黑色", "红色", "银色", "黄色", "蓝色"})
COUNTED = frozenset({"盎司", "片", "辆"})
LONGEST = max(len(phrase.split()) for phrase in PHRASES)

_PART = re.compile(r"[A-Za-z'/]+|[0-9]+")
_SEPARATOR = re.compile(r", | - ")


class UnknownWord(ValueError):
    """A product's name has a word that the dictionary lacks."""


def product_name(english: str) -> str:
    """The Chinese name of a product; model numbers and sizes stay. `UnknownWord` where the dictionary has a gap."""
    return " ".join(_phrase(part) for part in _SEPARATOR.split(english))


def _phrase(english: str) -> str:
    words = _PART.findall(english.lower())
    said: list[str] = []
    while words:
        length, chinese = _longest(words)
        said.append(chinese)
        words = words[length:]
    return _spaced(said)


def _longest(words: list[str]) -> tuple[int, str]:
    if words[0].isdigit():
        return 1, words[0]
    for length in range(min(LONGEST, len(words)), 0, -1):
        chinese = PHRASES.get(" ".join(words[:length]))
        if chinese is not None:
            return length, chinese
    raise UnknownWord(words[0])


def _spaced(said: list[str]) -> str:
    """Joined without spaces, but a model number (山地-100) keeps its hyphen, and a colour stands apart."""
    text = ""
    for word in said:
        if word.isdigit() and text:
            text += "-" if int(word) >= 100 else "" if text.endswith("/") else " "
        elif text and (word in COLOURS or (text[-1].isdigit() and word not in COUNTED)):
            text += " "
        text += word
    return text.strip()

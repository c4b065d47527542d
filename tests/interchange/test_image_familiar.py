"""Recognised words are told by known ones where a stroke was lost, and by what the page says elsewhere."""

import pytest

from orderloop.interchange.facts import Hints, Word
from orderloop.interchange.rules.forms import hints_body, hints_of
from orderloop.interchange.rules.pages.familiar import Vocabulary, familiar

GOODS = Vocabulary.of(
    [
        "bearing",
        "grease",
        "cable",
        "tie",
        "lamp",
        "ball",
        "screw",
        "stainless",
        "silicone",
        "镀锌丁腈手套",
        "硅胶密封圈",
    ]
)


def read(text, sure=0.95, *others):
    """What a word of a page is taken for that holds other words too, all of them sure."""
    words = [Word(text, (0.1, 0.1, 0.2, 0.12), sure)]
    words += [Word(each, (0.1, 0.2 + n / 20, 0.2, 0.22 + n / 20), 0.97) for n, each in enumerate(others)]
    return familiar(words, GOODS)[0].text


@pytest.mark.parametrize(
    ("said", "sure", "meant"),
    [
        ("Bcaring", 0.95, "Bearing"), ("grcasc，", 0.95, "grease，"), ("SCRFW", 0.95, "SCRFW"), ("tic,", 0.95, "tie,"),
        ("1amp", 0.95, "lamp"), ("balí", 0.95, "ball"), ("Totai", 0.95, "Total"), ("Datc", 0.95, "Date"),
        ("Tc1", 0.95, "Tel"), ("STAINLCSS", 0.95, "STAINLESS"),
        ("/0rder", 0.95, "/Order"), ("交货口期", 0.95, "交货日期"), ("硅肢密封圈", 0.95, "硅肢密封圈"),
        ("C00", 0.5, "C00"),
        # One sign whatsoever only where the word is doubtful.
        ("stainlesss", 0.5, "stainless"), ("stainlesss", 0.95, "stainlesss"), ("Xumber", 0.6, "Number"),
        ("scrow", 0.6, "screw"), ("镀锌了腈手套DN70", 0.6, "镀锌丁腈手套DN70"), ("镀锌了腈手套", 0.9, "镀锌了腈手套"),
        # What is known, short, a code, a measure or an address stays.
        ("Ball", 0.4, "Ball"), ("Mall", 0.95, "Mall"), ("Lei", 0.5, "Lei"), ("tlc", 0.95, "tlc"),
        ("BALC-1", 0.6, "BALC-1"), ("M10", 0.5, "M10"), ("min@bcaring.cn", 0.6, "min@bcaring.cn"),
        ("平势圈", 0.5, "平势圈"),
    ],
)  # fmt: skip
def test_a_word_nobody_knows_is_the_known_one_it_is_left_of(said, sure, meant):
    assert read(said, sure) == meant


def test_a_doubtful_word_is_told_by_the_same_word_read_surely_elsewhere_on_the_page():
    assert read("Lianchuanq", 0.8, "Lianchuang") == "Lianchuanq"
    assert read("Tianchcng", 0.8, "Tiancheng") == "Tiancheng"
    assert read("Tianchcng", 0.95, "Tiancheng") == "Tianchcng"
    assert read("东莞大成机电设备有限公司", 0.54, "东莞天成机电设备有限公司") == "东莞天成机电设备有限公司"
    assert read("东莞大成机电设备有限公司", 0.9, "东莞天成机电设备有限公司") == "东莞大成机电设备有限公司"


def test_a_doubtful_word_the_page_has_surely_is_no_known_one_it_is_near():
    assert read("Xumber", 0.6) == "Number"
    assert read("Xumber", 0.6, "Xumber") == "Xumber"
    # With a stroke lost it is the known one, however often it is read so.
    assert read("scrcw", 0.6, "scrcw") == "screw"


def test_accents_are_dirt_on_a_word_the_page_has_without():
    assert read("S\u00fazhou,", 0.99, "Suzhou") == "Suzhou,"
    assert read("S\u00fazhou,", 0.99) == "S\u00fazhou,"


def test_a_page_writes_measures_of_a_kind_with_one_sign():
    assert read("24×190mm", 0.6, "3x15mm", "5x20mm", "M8×90") == "24x190mm"
    assert read("M16x90", 0.6, "3x15mm", "M8×90", "M6×45") == "M16×90"
    assert read("24×190mm", 0.95, "3x15mm", "5x20mm") == "24×190mm"
    assert read("24×190mm", 0.6) == "24×190mm"
    # The unit stands in the next line: one with a mark behind it is of another kind.
    assert read("16x130", 0.6, "24*100-ST", "6*5-BR") == "16x130"
    # One other is enough where it was read more surely.
    assert read("24×190mm", 0.6, "3x15mm") == "24x190mm"
    assert read("24×190mm", 0.6, "M3x15", "3x15") == "24×190mm"
    assert read("24×190mm", 0.6, "3x15mm", "3×20mm") == "24×190mm"


@pytest.mark.parametrize(
    ("said", "parted"),
    [
        ("采购日期2026年6月18日", "采购日期 2026年6月18日"), ("日期2026年6月18日", "日期 2026年6月18日"),
        ("Date2026年11月", "Date 2026年11月"), ("PO2026-5", "PO2026-5"),
        ("供应商海港紧固件有限公司", "供应商 海港紧固件有限公司"), ("结算方式月结", "结算方式 月结"),
        ("订单编号", "订单编号"), ("合计金额", "合计金额"), ("单价(元)", "单价(元)"), ("电话号码", "电话号码"),
        ("订单编号：PO-1", "订单编号：PO-1"), ("不锈钢包装箱", "不锈钢包装箱"), ("日期说明", "日期说明"),
    ],
)  # fmt: skip
def test_a_label_is_parted_from_the_value_that_touches_it(said, parted):
    assert read(said) == parted


def test_a_barcode_a_ruling_runs_through_is_whole_again():
    def found(one, other, start=0.201):
        words = [Word(one, (0.1, 0.1, 0.2, 0.12), 0.9), Word(other, (start, 0.1, 0.22, 0.12), 0.8)]
        return [(word.text, word.box, word.confidence) for word in familiar(words, GOODS)]

    assert found("69000102375", "78") == [("6900010237578", (0.1, 0.1, 0.22, 0.12), 0.8)]
    assert [text for text, _box, _sure in found("69000102375", "79")] == ["69000102375", "79"]
    assert [text for text, _box, _sure in found("69000102375", "78", 0.215)] == ["69000102375", "78"]


def test_an_n_that_lost_its_diagonal_is_known_by_the_same_mark_elsewhere_and_is_doubted():
    def found(said, sure, *others):
        words = [Word(said, (0.1, 0.1, 0.2, 0.12), sure)]
        words += [Word(each, (0.1, 0.2 + n / 20, 0.2, 0.22 + n / 20), 0.97) for n, each in enumerate(others)]
        first = familiar(words, GOODS)[0]
        return first.text, first.confidence

    assert found("BRG3105/ZX", 0.89, "OR7659ZN", "FW-5-ZN") == ("BRG3105/ZN", 0.7)
    assert found("DV65", 0.5, "DN10", "DN175") == ("DN65", 0.5)
    assert found("BRG3105/ZX", 0.89, "OR7659ZN") == ("BRG3105/ZX", 0.89)
    assert found("BRG3105/ZX", 0.89, "OR7659ZN", "FW-5-ZN", "FW-6-ZX") == ("BRG3105/ZX", 0.89)
    assert found("BRG3105/ZX", 0.95, "OR7659ZN", "FW-5-ZN") == ("BRG3105/ZX", 0.95)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("li@hongtul075.cn", "li@hongtu1075.cn"), ("www.boyuanl110.cn", "www.boyuan1110.cn"),
        ("a@steel168.cn", "a@steel168.cn"), ("b@mail163.com", "b@mail163.com"), ("c@digital88.cn", "c@digital88.cn"),
        ("hongtul075", "hongtul075"), ("d@kelil23.cn", "d@kelil23.cn"), ("a@steell68.cn", "a@steell68.cn"),
        # A number goes on in digits, a name begins with a letter; what is neither stays.
        ("min@xinhang581l.cn", "min@xinhang5811.cn"), ("li@1ianchuang58l5.cn", "li@lianchuang5815.cn"),
        ("li@hongtu100.cn", "li@hongtu100.cn"), ("li@1ab58l5.cn", "li@1ab58l5.cn"), ("x@163.cn", "x@163.cn"),
        ("ww.keliang12O.cn", "ww.keliang120.cn"),
    ],
)  # fmt: skip
def test_a_chinese_name_and_the_number_behind_it_in_an_address_are_told_apart(said, meant):
    assert read(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("a@b.c0m", "a@b.com"), ("a@b.nct", "a@b.net"), ("a@b.com.en", "a@b.com.cn"), ("a@b.cxamplc", "a@b.example"),
        ("a@b.corp", "a@b.corp"), ("www.b.dc", "www.b.de"), ("b.c0m", "b.c0m"),
    ],
)  # fmt: skip
def test_an_address_has_an_ending_that_addresses_have(said, meant):
    assert read(said) == meant


def test_a_name_the_page_states_ends_where_it_ends_in_an_address():
    assert read("d@kelil23.cn", 0.95, "Keli Machinery Co.") == "d@keli123.cn"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("SL7803A2", "SL7805A2"), ("VLY-2426", "VLV-2426"), ("HI.1102.125", "HH.1102.125"),
        # Known as it is, another one, or one of two.
        ("SL7805A2", "SL7805A2"), ("SL7809A2", "SL7809A2"), ("SL7803A", "SL7803A"), ("CT-6666", "CT-6666"),
    ],
)  # fmt: skip
def test_a_code_one_stroke_from_one_of_ours_is_that_and_is_doubted(said, meant):
    ours = Vocabulary.of(["SL7805A2", "VLV-2426", "HH.1102.125", "CT-6566", "CT-6656", "bolt"])
    (found,) = familiar([Word(said, (0.1, 0.1, 0.2, 0.12), 0.95)], ours)
    assert (found.text, found.confidence) == (meant, 0.95 if said == meant else 0.7)


@pytest.mark.parametrize(
    ("said", "sure", "meant"),
    [
        ("III-M8-80-A2", 0.95, "HH-M8-80-A2"), ("Hl-7861", 0.95, "HH-7861"), ("II-7861", 0.95, "HH-7861"),
        ("1L1-M8-105-2N", 0.3, "VLV-M8-105-ZN"), ("OS-M20-13-12", 0.3, "OS-M20-15-A2"),
        ("HW-7861", 0.6, "HH-7861"), ("HW-7861", 0.95, "HW-7861"), ("HH-7961", 0.6, "HH-7961"),
        # Read surely, with two digits or a sign that looks otherwise, or one of two.
        ("1L1-M8-105-2N", 0.95, "1L1-M8-105-2N"), ("OS-M20-13-A3", 0.3, "OS-M20-13-A3"),
        ("VLV-M8-109-ZN", 0.3, "VLV-M8-109-ZN"), ("AA4411XN", 0.3, "AA4411XN"),
    ],
)  # fmt: skip
def test_a_doubtful_code_with_some_strokes_lost_is_the_one_it_is_left_of(said, sure, meant):
    ours = Vocabulary.of(["HH-M8-80-A2", "HH-7861", "VLV-M8-105-ZN", "OS-M20-15-A2", "AA4411NN", "AA4411KN"])
    (found,) = familiar([Word(said, (0.1, 0.1, 0.2, 0.12), sure)], ours)
    assert (found.text, found.confidence) == (meant, sure if said == meant else min(sure, 0.7))


def test_a_page_without_words_has_none():
    assert familiar([], GOODS) == []


def test_known_words_are_handed_to_the_reader():
    assert hints_of(hints_body(Hints(words=("cable", "扎带")))) == Hints(words=("cable", "扎带"))

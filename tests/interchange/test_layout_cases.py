"""Words on a page become an order: labels, titles, columns, rows and figures, one case each."""

from tests.interchange.drawn_orders import GOODS, GOODS_NAMES, GOODS_READ, order, table

from orderloop.interchange.facts import Role


def test_labels_beside_their_values_in_two_columns():
    read = order(
        """
  PURCHASE ORDER
  PO No.:      PO-4711              Order date:     2026-11-03
  Buyer:       Northwind Bikes Ltd  Delivery date:  2026-11-30
  Supplier:    Adventure Works Cycles   Currency:   USD
"""
        + GOODS
    )
    assert {
        name: read.text(name) for name in ("po_number", "ordered_on", "requested_on", "customer_name", "currency")
    } == {
        "po_number": "PO-4711",
        "ordered_on": "2026-11-03",
        "requested_on": "2026-11-30",
        "customer_name": "Northwind Bikes Ltd",
        "currency": "USD",
    }
    assert table(read, *GOODS_NAMES) == GOODS_READ
    assert read.role is Role.ORDER


def test_labels_in_boxes_above_their_values():
    read = order(
        """
  Order number     Order date      Required by     Currency
  4500012345       03.11.2026      30 Nov 2026     EUR
"""
        + GOODS
    )
    assert read.text("po_number") == "4500012345"
    assert read.text("ordered_on") == "2026-11-03"
    assert read.text("requested_on") == "2026-11-30"
    assert read.text("currency") == "EUR"


def test_chinese_labels_with_full_width_colons_and_spread_signs():
    read = order(
        """
                采 购 订 单
  订单编号：CG20261103-01          日   期：2026年11月3日
  需方：上海骑行贸易有限公司        供方：冒险工厂自行车有限公司
  交货日期：2026年11月30日          币种：人民币
  序号  物料编码      品名规格          单位   数  量    单价(元)    金额(元)
  1     FR-R92R-62    公路车架          个      10        12.50       125.00
  2     HL-U509       运动头盔          个       5        34.99       174.95
        合计                                    15                    299.95
  合计（大写）：贰佰玖拾玖元玖角伍分
"""
    )
    assert read.text("po_number") == "CG20261103-01"
    assert read.text("ordered_on") == "2026-11-03"
    assert read.text("requested_on") == "2026-11-30"
    assert read.text("customer_name") == "上海骑行贸易有限公司"
    assert read.text("currency") == "CNY"
    assert read.text("total") == "299.95"
    names = ("item", "description", "unit", "quantity", "unit_price", "amount")
    assert table(read, *names) == [
        ("FR-R92R-62", "公路车架", "个", "10", "12.50", "125.00"),
        ("HL-U509", "运动头盔", "个", "5", "34.99", "174.95"),
    ]


def test_a_bilingual_heading_of_two_lines():
    read = order(
        """
  订单号 PO No.: A-100
  序号   货号          描述                 数量     单价          金额
  No.    Item No.      Description          Qty      Unit Price    Amount
  1      FR-R92R-62    公路车架 Frame       10       12.50         125.00
"""
    )
    assert table(read, "line_no", "item", "description", "quantity", "unit_price", "amount") == [
        ("1", "FR-R92R-62", "公路车架 Frame", "10", "12.50", "125.00")
    ]


def test_a_title_set_in_two_lines_is_one_title():
    read = order(
        """
  Line   Part          Description          Order    Unit       Line
  No.    Number                             Qty      Price      Total
  1      FR-R92R-62    Road frame           10       12.50      125.00
"""
    )
    assert table(read, "line_no", "item", "quantity", "unit_price", "amount") == [
        ("1", "FR-R92R-62", "10", "12.50", "125.00")
    ]


def test_upright_rulings_part_columns_that_hardly_leave_a_gap():
    read = order(
        """
  PO: 77
  |No|Item     |Description  |Qty|Price|Amount|
  |1 |FR-R92R  |Frame size 62|10 |12.50|125.00|
  |2 |HL-U509  |Helmet 12 pcs|5  |34.99|174.95|
"""
    )
    assert table(read, "item", "description", "quantity", "unit_price", "amount") == [
        ("FR-R92R", "Frame size 62", "10", "12.50", "125.00"),
        ("HL-U509", "Helmet 12 pcs", "5", "34.99", "174.95"),
    ]


def test_a_description_in_several_lines_stays_with_its_row():
    read = order(
        """
  Item          Description              Qty    Price     Amount
  FR-R92R-62    HL Road Frame            10     12.50     125.00
                size 62, with extended
                cable stops

  HL-U509       Sport-100 Helmet          5     34.99     174.95
                blue
"""
    )
    assert table(read, "item", "description", "quantity") == [
        ("FR-R92R-62", "HL Road Frame size 62, with extended cable stops", "10"),
        ("HL-U509", "Sport-100 Helmet blue", "5"),
    ]


def test_level_rulings_part_rows_whose_figures_stand_in_the_middle():
    read = order(
        """
  Item          Description              Qty    Price     Amount
  ------------------------------------------------------------
                HL Road Frame
  FR-R92R-62    size 62, with            10     12.50     125.00
                cable stops
  ------------------------------------------------------------
                Sport-100 Helmet
  HL-U509       blue                      5     34.99     174.95
                large
  ------------------------------------------------------------
"""
    )
    assert table(read, "item", "description") == [
        ("FR-R92R-62", "HL Road Frame size 62, with cable stops"),
        ("HL-U509", "Sport-100 Helmet blue large"),
    ]


def test_a_code_wrapped_in_its_cell_is_put_together():
    read = order(
        """
  |Item     |Description      |Qty |Price |Amount |
  |FR-R92R- |HL Road Frame    |10  |12.50 |125.00 |
  |62-BLK   |                 |    |      |       |
  |HL-U509  |Helmet           |5   |34.99 |174.95 |
"""
    )
    assert table(read, "item") == [("FR-R92R-62-BLK",), ("HL-U509",)]
    assert read.lines[0]["item"].confidence < read.lines[1]["item"].confidence


def test_a_number_wrapped_in_a_narrow_cell_is_put_together_when_the_arithmetic_agrees():
    read = order(
        """
  |Item     |Description      |Qty   |Price  |Amount |
  |FR-R92R  |HL Road Frame    |1,000 |1,250. |1,250, |
  |         |                 |      |00     |000.00 |
"""
    )
    assert table(read, "quantity", "unit_price", "amount") == [("1000", "1250.00", "1250000.00")]


def test_quantity_and_unit_in_one_cell():
    read = order(
        """
  Item          Description              Quantity    Price     Amount
  FR-R92R-62    HL Road Frame            10 EA       12.50     125.00
  HL-U509       Helmet                   1,200pcs     1.00   1,200.00
  HL-U510       头盔                     3套          2.00       6.00
"""
    )
    assert table(read, "quantity", "unit") == [("10", "EA"), ("1200", "pcs"), ("3", "套")]


def test_a_unit_named_in_the_title():
    read = order(
        """
  货号          品名              数量(件)    单价     金额
  FR-R92R-62    车架              10          12.50    125.00
"""
    )
    assert table(read, "quantity", "unit") == [("10", "件")]


def test_several_pages_with_repeated_titles_page_sums_and_carry_over():
    read = order(
        """
  PO No.: 4711
  Item          Description              Qty    Price     Amount
  FR-R92R-62    HL Road Frame            10     12.50     125.00
  Carried forward                                         125.00
  Page 1 of 2
""",
        """
  PO No.: 4711
  Brought forward                                         125.00
  Item          Description              Qty    Price     Amount
  HL-U509       Sport-100 Helmet          5     34.99     174.95
  Total                                                   299.95
  Page 2 of 2
""",
    )
    assert table(read, "item", "quantity") == [("FR-R92R-62", "10"), ("HL-U509", "5")]
    assert read.text("total") == "299.95"
    assert read.text("po_number") == "4711"
    assert read.lines[1]["item"].place.page == 2


def test_a_second_page_without_titles_is_read_in_the_columns_of_the_first():
    read = order(
        """
  订单号：4711
  货号          品名                    数量    单价      金额
  FR-R92R-62    公路车架                10      12.50     125.00
  HL-U511       头盔 L                   1      34.99      34.99
  转下页
""",
        """
  承前页
  HL-U509       运动头盔                 5      34.99     174.95
  合计                                  16                334.94
""",
    )
    assert table(read, "item", "quantity") == [("FR-R92R-62", "10"), ("HL-U511", "1"), ("HL-U509", "5")]
    assert read.text("total") == "334.94"


def test_sums_below_the_table_are_no_lines_and_each_has_its_name():
    read = order(
        GOODS
        + """
                                              Subtotal         299.95
                                              VAT 13%           38.99
                                              Grand total      338.94
"""
    )
    assert table(read, *GOODS_NAMES) == GOODS_READ
    assert {name: read.text(name) for name in ("net_total", "tax_total", "total")} == {
        "net_total": "299.95",
        "tax_total": "38.99",
        "total": "338.94",
    }


def test_columns_of_discount_and_tax_rate_are_kept_out_and_the_price_is_the_one_paid():
    read = order(
        """
  Item          Description        Qty    Price    Disc %   VAT %    Amount
  FR-R92R-62    HL Road Frame      10     12.50    10%      13%      112.50
  HL-U509       Helmet              5     34.99             13%      174.95
"""
    )
    assert table(read, "quantity", "unit_price", "amount") == [("10", "11.25", "112.50"), ("5", "34.99", "174.95")]
    assert read.lines[0]["unit_price"].raw == "12.50"


def test_a_price_per_hundred_by_its_title():
    read = order(
        """
  Item          Description        Qty      Price per 100    Amount
  SC-1001       Screw M6           5,000    12.00            600.00
"""
    )
    assert table(read, "unit_price", "price_basis", "amount") == [("12.00", "100", "600.00")]


def test_a_price_per_hundred_by_arithmetic_is_less_sure():
    read = order(
        """
  Item          Description        Qty      Price            Amount
  SC-1001       Screw M6           5,000    12.00            600.00
"""
    )
    assert table(read, "price_basis") == [("100",)]
    assert read.lines[0]["price_basis"].confidence < 0.8


def test_figures_that_do_not_agree_are_less_sure():
    read = order(
        """
  Item          Description        Qty      Price            Amount
  SC-1001       Screw M6           5        12.00             60.00
  SC-1002       Screw M8           5        12.00             61.00
"""
    )
    assert read.lines[0]["quantity"].confidence > 0.9
    assert read.lines[1]["quantity"].confidence < 0.7


def test_decimal_commas_when_the_document_writes_them():
    read = order(
        """
  Item          Description        Qty      Price            Amount
  SC-1001       Screw M6           1.000    1.234,50   1.234.500,00
  SC-1002       Screw M8           5        12,00             60,00
"""
    )
    assert table(read, "quantity", "unit_price", "amount") == [
        ("1000", "1234.50", "1234500.00"),
        ("5", "12.00", "60.00"),
    ]


def test_full_width_digits_and_currency_marks():
    read = order(
        """
  货号          品名        数量      单价         金额
  SC-1001       螺丝        １０      ￥１２．５０   ￥１２５．００
"""
    )
    assert table(read, "quantity", "unit_price", "amount") == [("10", "12.50", "125.00")]
    assert read.text("currency") == "CNY"

"""Five templates of an office's kind that no document type knows, and what a clerk types into each."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.factories import docx, p, tbl, tc, tr


class OfficeCase(NamedTuple):
    """A template, what is typed by the labels' keys, what is pasted into tables, pictures, and the outcome.

    ``pasted`` has for a cell (key, column) the text of a spreadsheet; ``text`` are the lines of the document.
    """

    name: str
    template: bytes
    typed: Mapping[str, str]
    pasted: Mapping[tuple[str, str], str]
    pictures: Sequence[str]
    text: Sequence[str]


CONTRACT = OfficeCase(
    "采购合同.docx",
    docx(
        p("采购合同")
        + p("合同编号：【=合同编号】")
        + p("甲方（采购人）：【=甲方】，乙方：【=乙方】，签订日期：【签订日期|日期】")
        + tbl(
            tr(tc("序号"), tc("品名"), tc("数量"), tc("单价（元）")),
            tr(
                tc("【#采购项】【#】"),
                tc("【=品名】"),
                tc("【数量|#,##0】"),
                tc("【单价|#,##0.00】【/采购项】"),
            ),
        )
        + p("合计人民币【合计|大写】。【?含税】价格含税。【/含税】")
    ),
    {
        "合同编号": "QL-2026-018",
        "甲方": "青岚市办公室",
        "乙方": "青岚文具有限公司",
        "签订日期": "2026-05-06",
        "合计": "23,409.50",
        "含税": "true",
    },
    {("采购项", "品名"): '打印纸\t1,200\t19.50\r\n"签字笔\n（黑）"\t3\t3\r\n'},
    (),
    (
        "采购合同",
        "合同编号：QL-2026-018",
        "甲方（采购人）：青岚市办公室，乙方：青岚文具有限公司，签订日期：2026年5月6日",
        "序号|品名|数量|单价（元）",
        "1|打印纸|1,200|19.50",
        "2|签字笔\n（黑）|3|3.00",
        "合计人民币贰万叁仟肆佰零玖元伍角。价格含税。",
    ),
)
NOTICE = OfficeCase(
    "红头通知.docx",
    docx(
        p("【=发文机关】文件")
        + p("【=发文字号】")
        + p("关于【=事由】的通知")
        + p("【=主送机关】：")
        + p("【正文|段】")
        + p("【?附件】附件：【#附件】【#】.【.】【间隔】；【/附件】【/附件】")
        + p("【落款日期|日期大写】【@公章 40mm】")
    ),
    {
        "发文机关": "青岚市人民政府办公室",
        "发文字号": "青政办〔2026〕12号",
        "事由": "做好防汛工作",
        "主送机关": "各区县人民政府",
        "正文": "一、提高认识。\n二、落实责任。",
        "附件": "值班表",
        "落款日期": "2026-05-06",
    },
    {},
    ("公章",),
    (
        "青岚市人民政府办公室文件",
        "青政办〔2026〕12号",
        "关于做好防汛工作的通知",
        "各区县人民政府：",
        "一、提高认识。",
        "二、落实责任。",
        "附件：1.值班表",
        "二〇二六年五月六日",
    ),
)
FORM = OfficeCase(
    "登记表.docx",
    docx(tbl(*(tr(tc(f"第{n}项"), tc(f"【FIELD_{n}】")) for n in range(1, 61)))),
    {f"FIELD_{n}": f"内容{n}" for n in range(1, 61)},
    {},
    (),
    tuple(f"第{n}项|内容{n}" for n in range(1, 61)),
)
MINUTES = OfficeCase(
    "会议纪要.docx",
    docx(
        p("会议：【=会议名称】")
        + p("【#议题】")
        + p("议题【#】：【=标题】")
        + p("【#发言】")
        + p("【=姓名】：【=要点】")
        + p("【/发言】")
        + p("【/议题】")
    ),
    {"会议名称": "周例会"},
    {},
    (),
    ("会议：周例会", "议题1：预算", "张三：同意", "李四：再议", "议题2：采购", "王五：通过"),
)
CERTIFICATE = OfficeCase(
    "工作证.docx",
    docx(
        p("姓名：【=姓名】")
        + p("职务：【?职务=主任|副主任】负责人【否则】工作人员【/】（【=职务】）")
        + p("有效期至：【有效期|yyyy-MM-dd】")
        + p("【@照片 25x35mm】")
    ),
    {"姓名": "张三", "职务": "主任", "有效期": "2028-12-31"},
    {},
    ("照片",),
    ("姓名：张三", "职务：负责人（主任）", "有效期至：2028-12-31", ""),
)
CASES = (CONTRACT, NOTICE, FORM, MINUTES, CERTIFICATE)

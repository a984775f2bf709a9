"""A purchase contract: goods as rows, amounts in capitals, optional clauses, annexes, a seal."""

import base64
from pathlib import Path
from typing import Any

from tools.lib.png import seal
from tools.sample_documents.office_document import OfficeDocument, align, place_cells_alone

_REMARK = "【——模板说明：货物逐项成行；“质保”“预付比例”“附件”不填时，相应条款按否则处理或整条省去。】"
_DECLARED = (
    "【字段：合同编号、甲方、乙方、项目名称、交货地点、验收天数、合计 数字、签订日期 日期、公章 图片】"
)
_GOODS = (
    ("序号", "货物名称", "规格型号", "数量", "单价（元）", "金额（元）"),
    (
        "【#货物】【#】",
        "【=名称】",
        "【规格|缺省:—】",
        "【=数量】【=单位】",
        "【单价|#,##0.00】",
        "【金额|#,##0.00】【/货物】",
    ),
    ("合计", "人民币【合计|大写】（¥【合计|#,##0.00】）"),
)
_WIDTHS = (14.5, 33, 29, 17, 29, 33.5)


def build(starter: Path, file: Path) -> None:
    """Write the template to ``file``; ``starter`` gives page and styles."""
    document = OfficeDocument(starter, "采购合同", numbers_headings=True)
    document.without_letterhead()
    document.add("Salutation", _REMARK, _DECLARED)
    document.add("Title", "采购合同")
    document.add(
        "Salutation", "合同编号：【合同编号】", "甲方（采购方）：【甲方】", "乙方（供货方）：【乙方】"
    )
    document.add(
        "Body Text",
        "根据《中华人民共和国民法典》及有关规定，甲乙双方就【项目名称】采购事宜协商一致，订立本合同。",
    )
    document.add("Heading 1", "货物与价款")
    table = document.add_table(_WIDTHS, _GOODS)
    for column, alignment in ((0, "center"), (3, "center"), (4, "right"), (5, "right")):
        align(table, column, alignment, rows=slice(1, 2))
    align(table, 0, "center", rows=slice(2, 3))
    document.add("Heading 1", "交付与验收")
    document.add(
        "Body Text",
        "乙方应于【交货日期|日期】前将全部货物送达【交货地点】。甲方自收到货物之日起【验收天数】日内完成验收。",
    )
    document.add("Heading 1", "付款")
    document.add(
        "Body Text",
        "【?预付比例】合同签订后五个工作日内，甲方支付合同价款的【预付比例|0%】；验收合格后付清余款。"
        "【否则】验收合格后十个工作日内，甲方一次付清合同价款。【/预付比例】",
    )
    document.add("Salutation", "【?质保】")
    document.add("Heading 1", "质量保证")
    document.add(
        "Body Text",
        "货物自验收合格之日起质保【质保.月数】个月。"
        "【?质保.月数≥24】质保期内乙方每年免费巡检【质保.巡检次数|缺省:一】次。【/】",
    )
    document.add("Salutation", "【/质保】")
    document.add("Heading 1", "附则")
    document.add(
        "Body Text",
        "本合同一式【份数|中文数】份，甲乙双方各执【各执份数|中文数】份，自双方签字盖章之日起生效。",
        "附件：【#附件】【#】.【.】【间隔】；【否则】无【/附件】",
    )
    parties = document.add_table(
        (78, 78),
        (
            ("甲方（盖章）：", "乙方（盖章）："),
            ("【甲方】", "【乙方】"),
            ("【@公章 40mm】", ""),
            ("日期：【签订日期|日期】", "日期："),
        ),
        has_heading=False,
    )
    place_cells_alone(parties)
    for column in (0, 1):
        parties.rows[2].cells[column].paragraphs[0].style = "Picture"
    # Word wants a paragraph behind a table.
    document.add("Table Value", "")
    document.write(file)


def task() -> dict[str, Any]:
    """Return the task that the sample comes with."""
    return {
        "payload": {
            "合同编号": "QL-CG-2026-018",
            "甲方": "青岚市数据资源管理局",
            "乙方": "青岚市远帆科技有限公司",
            "项目名称": "办公设备",
            "货物": [
                {
                    "名称": "台式计算机",
                    "规格": "国产处理器",
                    "数量": 20,
                    "单位": "台",
                    "单价": 5280,
                    "金额": 105600,
                },
                {
                    "名称": "激光打印机",
                    "规格": "A4 双面",
                    "数量": 4,
                    "单位": "台",
                    "单价": 1850.5,
                    "金额": 7402,
                },
                {"名称": "复印纸", "规格": None, "数量": 60, "单位": "箱", "单价": 168.25, "金额": 10095},
            ],
            "合计": 123097,
            "交货日期": "2026-06-30",
            "交货地点": "青岚市政务服务中心一楼",
            "验收天数": 7,
            "预付比例": 0.3,
            "质保": {"月数": 36, "巡检次数": "两"},
            "份数": 4,
            "各执份数": 2,
            "附件": ["货物技术参数表", "售后服务承诺书"],
            "公章": {"png": base64.b64encode(seal()).decode(), "alt": "青岚市数据资源管理局公章"},
            "签订日期": "2026-05-06",
        }
    }

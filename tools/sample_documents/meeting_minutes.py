"""Minutes of a meeting: lists inside one another (topics, resolutions, persons), conditions, numbering."""

from pathlib import Path
from typing import Any

from tools.sample_documents.office_document import OfficeDocument

_DECLARED = "【字段：期号、机关、会议名称、日期 日期、地点、主持人、出席 列表、请假 列表、列席 列表】"


def build(starter: Path, file: Path) -> None:
    """Write the template to ``file``; ``starter`` gives page and styles."""
    document = OfficeDocument(starter, "会议纪要", numbers_headings=False)
    document.letterhead.text = "【机关】纪要"
    document.number.text = "第【期号】期"
    document.add("Salutation", _DECLARED)
    document.add("Title", "【会议名称】纪要")
    document.add(
        "Body Text",
        "【日期|日期】，【主持人】在【地点】主持召开【会议名称】，研究【#议题】【标题】【间隔】、【/议题】等事项。"
        "现将会议议定事项纪要如下。",
        "【#议题】",
    )
    document.add("Heading 1", "【#|中文数】、【=标题】")
    document.add("Body Text", "【?讨论】", "【讨论】", "【/讨论】", "【#决议】")
    document.add_numbered(
        "Body Text",
        "【=内容】【?责任人】（责任人：【#责任人】【=姓名】【?单位】〔【单位】〕【/】【间隔】、【/责任人】"
        "【?期限】，【期限|M月d日】前完成【/期限】）【/责任人】",
    )
    document.add("Body Text", "【否则】", "本议题待进一步研究，未形成决议。", "【/决议】", "【/议题】")
    document.add("Body Text After Table", "出席：【出席|分隔:、】。")
    document.add(
        "Body Text",
        "【?请假】请假：【请假|分隔:、】。【/请假】",
        "【?列席】列席：【列席|分隔:、】。【/列席】",
    )
    document.add("Signature", "【机关】")
    document.add("Date", "【印发日期|日期】")
    document.write(file)


def task() -> dict[str, Any]:
    """Return the task that the sample comes with."""
    return {
        "payload": {
            "期号": 7,
            "机关": "青岚市数据资源管理局",
            "会议名称": "局长办公会议",
            "日期": "2026-05-06",
            "地点": "政务服务中心三楼第一会议室",
            "主持人": "林远",
            "议题": [
                {
                    "标题": "政务数据共享平台升级",
                    "讨论": "会议听取了技术处关于平台运行情况的汇报。\n"
                    "会议认为，现有平台已不能满足各区县的接入需要，升级工作应当在汛期之前完成。",
                    "决议": [
                        {
                            "内容": "同意平台升级方案，由技术处组织实施。",
                            "责任人": [
                                {"姓名": "周岩", "单位": "技术处"},
                                {"姓名": "许宁", "单位": "办公室"},
                            ],
                            "期限": "2026-06-15",
                        },
                        {"内容": "升级期间的值守安排报局办公室备案。", "责任人": [{"姓名": "许宁"}]},
                    ],
                },
                {
                    "标题": "办公设备采购",
                    "讨论": "会议审议了办公设备采购计划。",
                    "决议": [
                        {"内容": "原则同意采购计划，总额控制在十三万元以内。"},
                        {
                            "内容": "采购结果在内网公示。",
                            "责任人": [{"姓名": "沈青", "单位": "财务处"}],
                            "期限": "2026-07-10",
                        },
                    ],
                },
                {"标题": "档案室搬迁", "决议": []},
            ],
            "出席": ["林远", "周岩", "许宁", "沈青"],
            "请假": ["高衡"],
            "列席": [],
            "印发日期": "2026-05-08",
        }
    }

"""The samples with lists, conditions and pictures: what they hold once they are filled."""

import json
from pathlib import Path
from typing import Any

import pytest

from docops_flask.cli.main import main as docops
from tests.conftest import ROOT
from tools.template_examples import documents

FOLDER = ROOT / "samples"
CONTRACT = [
    "采购合同",
    "合同编号：QL-CG-2026-018",
    "甲方（采购方）：青岚市数据资源管理局",
    "乙方（供货方）：青岚市远帆科技有限公司",
    "根据《中华人民共和国民法典》及有关规定，甲乙双方就办公设备采购事宜协商一致，订立本合同。",
    "货物与价款",
    "序号 ¦ 货物名称 ¦ 规格型号 ¦ 数量 ¦ 单价（元） ¦ 金额（元）",
    "1 ¦ 台式计算机 ¦ 国产处理器 ¦ 20台 ¦ 5,280.00 ¦ 105,600.00",
    "2 ¦ 激光打印机 ¦ A4 双面 ¦ 4台 ¦ 1,850.50 ¦ 7,402.00",
    "3 ¦ 复印纸 ¦ — ¦ 60箱 ¦ 168.25 ¦ 10,095.00",
    "合计 ¦ 人民币壹拾贰万叁仟零玖拾柒元整（¥123,097.00）",
    "交付与验收",
    "乙方应于2026年6月30日前将全部货物送达青岚市政务服务中心一楼。甲方自收到货物之日起7日内完成验收。",
    "付款",
    "合同签订后五个工作日内，甲方支付合同价款的30%；验收合格后付清余款。",
    "质量保证",
    "货物自验收合格之日起质保36个月。质保期内乙方每年免费巡检两次。",
    "附则",
    "本合同一式四份，甲乙双方各执二份，自双方签字盖章之日起生效。",
    "附件：1.货物技术参数表；2.售后服务承诺书",
    "甲方（盖章）： ¦ 乙方（盖章）：",
    "青岚市数据资源管理局 ¦ 青岚市远帆科技有限公司",
    "[picture 40 × 40 mm] ¦ ",
    "日期：2026年5月6日 ¦ 日期：",
    "",
]
MINUTES = [
    "局长办公会议纪要",
    "2026年5月6日，林远在政务服务中心三楼第一会议室主持召开局长办公会议，"
    "研究政务数据共享平台升级、办公设备采购、档案室搬迁等事项。现将会议议定事项纪要如下。",
    "一、政务数据共享平台升级",
    "会议听取了技术处关于平台运行情况的汇报。",
    "会议认为，现有平台已不能满足各区县的接入需要，升级工作应当在汛期之前完成。",
    "№1 同意平台升级方案，由技术处组织实施。（责任人：周岩〔技术处〕、许宁〔办公室〕，6月15日前完成）",
    "№2 升级期间的值守安排报局办公室备案。（责任人：许宁）",
    "二、办公设备采购",
    "会议审议了办公设备采购计划。",
    "№1 原则同意采购计划，总额控制在十三万元以内。",
    "№2 采购结果在内网公示。（责任人：沈青〔财务处〕，7月10日前完成）",
    "三、档案室搬迁",
    "本议题待进一步研究，未形成决议。",
    "出席：林远、周岩、许宁、沈青。",
    "请假：高衡。",
    "青岚市数据资源管理局",
    "2026年5月8日",
]


def task_of(stem: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{stem}.task.json").read_text(encoding="utf-8"))
    return found


def filled(
    folder: Path, capsys: pytest.CaptureFixture[str], stem: str, payload: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    """Fill a sample into ``folder``; return exit code and what the command told."""
    task = folder / "task.json"
    task.write_text(json.dumps({"payload": payload}), encoding="utf-8")
    command = ["run", str(FOLDER / f"{stem}.docx"), str(task), "--out-dir", str(folder), "--json", "--force"]
    status = docops(command)
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(("stem", "lines"), [("purchase_contract", CONTRACT), ("meeting_minutes", MINUTES)])
def test_a_sample_fills_completely_and_is_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stem: str, lines: list[str]
) -> None:
    status, told = filled(tmp_path, capsys, stem, task_of(stem)["payload"])
    assert (status, told["missing"], told["undeclared"], told["left"]) == (0, [], [], [])
    assert told["format_issue_codes"] == {}
    assert documents.read(tmp_path / "out.docx") == lines
    proof = json.loads((tmp_path / "out.integrity.json").read_text("utf-8"))
    assert proof["verdict"] == "intact"
    assert docops(["verify", str(FOLDER / f"{stem}.docx"), str(tmp_path / "out.docx")]) == 0


def test_the_log_of_the_contract_tells_each_copy_and_the_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(tmp_path, capsys, "purchase_contract", task_of("purchase_contract")["payload"])
    log = json.loads((tmp_path / "out.replace_log.json").read_text("utf-8"))
    assert {entry["status"] for entry in log["entries"]} == {"replaced"}
    names = [
        (entry["payload_path"], entry["new_text"])
        for entry in log["entries"]
        if entry["field_name"] == "名称"
    ]
    assert names == [
        (f"$.货物[{number}].名称", text) for number, text in enumerate(("台式计算机", "激光打印机", "复印纸"))
    ]
    goods = next(block for block in log["blocks"] if block["name"] == "货物")
    assert (goods["kind"], goods["extent"], goods["copies"]) == ("each", "rows", 3)
    seal = next(entry for entry in log["entries"] if entry["field_name"] == "公章")
    assert seal["picture"]["width_emu"] == seal["picture"]["height_emu"] == 40 * 36_000


def test_clauses_of_the_contract_follow_the_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    payload = task_of("purchase_contract")["payload"]
    del payload["质保"], payload["预付比例"], payload["附件"]
    payload["货物"] = payload["货物"][:1]
    status, _ = filled(tmp_path, capsys, "purchase_contract", payload)
    lines = documents.read(tmp_path / "out.docx")
    assert status == 0
    assert "质量保证" not in lines
    assert "验收合格后十个工作日内，甲方一次付清合同价款。" in lines
    assert "附件：无" in lines
    assert [line for line in lines if line.startswith(("1 ¦", "2 ¦"))] == [CONTRACT[7]]


def test_a_contract_without_goods_keeps_the_row_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payload = task_of("purchase_contract")["payload"]
    del payload["货物"]
    status, told = filled(tmp_path, capsys, "purchase_contract", payload)
    assert (status, told["missing_required"]) == (2, ["货物"])
    assert any(
        line.startswith("【#货物】【#】 ¦ 【=名称】") for line in documents.read(tmp_path / "out.docx")
    )


@pytest.mark.parametrize("stem", ["purchase_contract", "meeting_minutes"])
def test_a_sample_fills_with_the_task_that_inspect_makes_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stem: str
) -> None:
    assert docops(["inspect", str(FOLDER / f"{stem}.docx"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["unsupported"], report["candidates"]) == ([], [])
    assert {each["code"] for each in report["problems"]} == {"NEEDS_LANGUAGE_2"}
    status, told = filled(tmp_path, capsys, stem, report["sample_task"]["payload"])
    assert (status, told["missing"]) == (0, [])

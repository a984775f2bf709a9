"""How the format is checked: presets in a sentence each, own settings folded away, conflicts impossible."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT
from tests.e2e.console.console_page import ConsolePage
from tests.factories import docx, p
from tests.web.forms import api_result, members

POLICY = (ROOT / "docops_flask/intake/catalogue/built_in/policies/default.yaml").read_text("utf-8")
TEMPLATE = docx(p("【MEETING_TITLE】"))


def preset(console: ConsolePage, name: str) -> None:
    console[f'input[name="preset"][value="{name}"]'].check()


def result_of(console: ConsolePage) -> tuple[dict[str, Any], set[str]]:
    """The effective options and the members, from the downloaded ZIP."""
    console["#run"].click()
    expect(console["#result[data-kind=run]"]).to_be_visible()
    console.expect_ready_again()
    _, archive = console.download("#download-zip")
    return api_result(archive)["effective"], set(members(archive))


def report_of(console: ConsolePage) -> Any:
    """The format report, from the ZIP a person downloads."""
    console["#run"].click()
    expect(console["#result[data-kind=run]"]).to_be_visible()
    console.expect_ready_again()
    _, archive = console.download("#download-zip")
    return json.loads(members(archive)["out.format_report.json"])


@pytest.fixture
def ready(console: ConsolePage) -> ConsolePage:
    console.inspect(TEMPLATE)
    console.fill(meeting_title="T")
    return console


def test_every_preset_is_explained_in_a_sentence_and_the_rest_is_folded_away(ready: ConsolePage) -> None:
    choices = ready[".presets .choice"]
    expect(choices).to_have_count(4)
    for text in choices.locator(".hint").all_inner_texts():
        assert re.fullmatch(r"[A-Z].{30,}\.", text)
    expect(ready['input[name="preset"][value="quick"]']).to_be_checked()
    expect(ready["#option-format_mode"]).to_be_hidden()
    ready["#advanced summary"].click()
    expect(ready["#option-format_mode"]).to_be_visible()
    expect(ready["#option-format_mode"]).to_be_disabled()
    expect(ready["#option-policy_yaml"]).to_be_disabled()


def test_the_preset_shows_the_settings_it_implies(ready: ConsolePage) -> None:
    ready["#advanced summary"].click()
    preset(ready, "strict")
    expect(ready["#option-format_mode"]).to_have_value("strict")
    expect(ready["#option-format_baseline"]).to_have_value("policy")
    ready["#own-settings"].click()
    # One's own settings begin where the preset was.
    expect(ready['input[name="preset"][value="custom"]']).to_be_checked()
    expect(ready["#option-format_mode"]).to_be_enabled()
    expect(ready["#option-format_mode"]).to_have_value("strict")


@pytest.mark.parametrize(
    ("name", "effective"),
    [
        ("template", {"preset": "template", "format_mode": "report", "format_fix_mode": "none"}),
        ("strict", {"preset": "strict", "format_mode": "strict", "format_baseline": "policy"}),
    ],
)
def test_the_server_applies_the_settings_of_the_preset(
    ready: ConsolePage, name: str, effective: dict[str, str]
) -> None:
    preset(ready, name)
    done, names = result_of(ready)
    assert done.items() >= effective.items()
    assert "out.format_report.html" in names


def test_the_report_is_chosen_with_any_preset_and_is_in_the_language_of_the_page(ready: ConsolePage) -> None:
    done, names = result_of(ready)
    assert (done["format_report"], done["language"]) == ("both", "en")
    ready.language("zh")
    ready["#advanced summary"].click()
    ready["#option-format_report"].select_option("json")
    done, names = result_of(ready)
    assert (done["format_report"], done["language"]) == ("json", "zh")
    assert "out.format_report.html" not in names


def test_what_was_opened_and_typed_stays_in_the_other_language(ready: ConsolePage) -> None:
    ready["#starters-fold summary"].click()
    ready["#starter-organ"].fill("市消防局")
    ready["#advanced summary"].click()
    result_of(ready)
    # Developers see the details opened; they can be closed.
    expect(ready["#details"]).to_have_attribute("open", "")
    ready["#details > summary"].click()
    ready.language("zh")
    expect(ready["#details > summary"]).to_have_text("填写内容与格式明细")
    expect(ready["#details"]).not_to_have_attribute("open", "")
    expect(ready["#advanced"]).to_have_attribute("open", "")
    expect(ready["#starters-fold"]).to_have_attribute("open", "")
    expect(ready["#starter-organ"]).to_have_value("市消防局")
    expect(ready["#option-format_report"]).to_be_visible()


def test_strict_goes_with_a_preset_and_never_with_own_settings(ready: ConsolePage) -> None:
    ready["#advanced summary"].click()
    strict = ready["#option-strict"]
    strict.check()
    done, _ = result_of(ready)
    assert (done["format_mode"], done["format_baseline"]) == ("strict", "template")
    # What was ticked before must not reach the server beside settings it excludes.
    for name in ("strict", "custom"):
        preset(ready, name)
        expect(strict).to_be_disabled()
        result_of(ready)
    preset(ready, "quick")
    expect(strict).to_be_enabled()


def test_own_settings_and_a_policy_are_sent_instead_of_a_preset(ready: ConsolePage) -> None:
    preset(ready, "custom")
    ready["#option-format_mode"].select_option("strict")
    ready["#option-format_baseline"].select_option("policy")
    ready["#option-format_fix_mode"].select_option("none")
    ready["#option-format_report"].select_option("human")
    ready["#option-policy_yaml"].fill(POLICY)
    ready["#option-export_suggested_policy"].check()
    done, names = result_of(ready)
    assert (done["format_mode"], done["format_fix_mode"]) == ("strict", "none")
    assert {"out.suggested_policy.yaml", "out.format_report.html"} <= names
    # Turned back to a preset, the policy stays where it was typed and is not sent.
    preset(ready, "quick")
    done, _ = result_of(ready)
    assert done["preset"] == "quick"
    expect(ready["#option-policy_yaml"]).to_have_value(POLICY)


def test_a_house_style_of_the_server_can_be_chosen_where_it_applies(ready: ConsolePage) -> None:
    choice, hint = ready["#option-policy"], ready["#policy-choice-hint"]
    expect(choice).to_be_disabled()
    expect(hint).to_contain_text("Choose Strict")
    preset(ready, "strict")
    expect(choice).to_be_enabled()
    choice.select_option("gbt9704-2012")
    expect(hint).to_contain_text("national standard")
    assert report_of(ready)["summary"]["policy"]["name"] == "gbt9704-2012"
    # Where it does not count it is not sent, and it stays chosen.
    preset(ready, "quick")
    assert report_of(ready)["summary"]["policy"]["applied"] is False
    expect(choice).to_have_value("gbt9704-2012")


def test_a_typed_policy_overrides_a_chosen_one(ready: ConsolePage) -> None:
    preset(ready, "strict")
    ready["#option-policy"].select_option("gbt9704-2012")
    preset(ready, "custom")
    expect(ready["#option-policy"]).to_be_enabled()
    ready["#option-policy_yaml"].fill(POLICY)
    expect(ready["#option-policy"]).to_be_disabled()
    assert report_of(ready)["summary"]["policy"]["name"] is None


def test_a_house_style_that_the_server_no_longer_has_is_not_sent(ready: ConsolePage) -> None:
    preset(ready, "strict")
    ready.page.evaluate(
        """() => {
            const options = JSON.parse(localStorage.getItem("docops.options"));
            options.policy = "of-another-server";
            localStorage.setItem("docops.options", JSON.stringify(options));
        }"""
    )
    ready.page.reload()
    ready.inspect(TEMPLATE)
    ready.fill(meeting_title="T")
    expect(ready["#option-policy"]).to_have_value("default")
    assert report_of(ready)["summary"]["policy"]["name"] == "default"


def test_an_error_in_the_policy_is_shown_at_its_input(ready: ConsolePage) -> None:
    ready.watch.expects("status of 400")
    preset(ready, "custom")
    ready["#option-policy_yaml"].fill("no_such_key: <b>1</b>")
    ready["#run"].click()
    expect(ready.error("INVALID_ARGUMENT")).to_be_visible()
    expect(ready["#policy-error"]).to_contain_text("no_such_key")
    ready["#option-policy_yaml"].fill("")
    expect(ready["#policy-error"]).to_be_empty()
    done, _ = result_of(ready)
    assert done["format_mode"] == "report"

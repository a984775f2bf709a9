"""One policy from several documents: what they agree on, what they do not, and that all of them pass it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask.engine.errors import InvalidArgument, InvalidTemplate
from docops_flask.engine.job import Job, JobKind, Learning, LearntFrom
from docops_flask.engine.learning.learnt import Differing, OtherValue
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.policy_file import parse_policy
from tests.engine.learning.learnt_policies import broken_rules, learnt_from, notice, rules
from tests.factories import docx, p, r, tbl, tc, tr
from tests.optional import not_none


def test_what_all_keep_is_written_with_how_many_agree(tmp_path: Path) -> None:
    learnt = learnt_from({"a.docx": docx(notice()), "b.docx": docx(notice())}, tmp_path)

    size = rules(learnt)["roles.body.size_pt"]
    assert (size.role, size.rule, size.value, size.written) == ("body", "size_pt", 16, True)
    assert (size.agree, size.of, size.others) == (2, 2, ())
    roles = parse_policy(learnt.policy).house_style.roles
    assert not_none(roles["body"].size_pt).value == 16
    assert not_none(roles["title"].alignment).value == ("center",)
    assert "    size_pt: 16  # 2 份中 2 份" in learnt.policy.splitlines()
    assert [each.differs for each in learnt.documents] == [(), ()]


def test_what_they_do_not_agree_on_is_a_remark_with_counts(tmp_path: Path) -> None:
    documents = {f"{number}.docx": docx(notice()) for number in range(3)}
    learnt = learnt_from({**documents, "x.docx": docx(notice(body="28"))}, tmp_path, lang="en")

    size = rules(learnt)["roles.body.size_pt"]
    assert (size.value, size.written, size.agree, size.of) == (16, False, 3, 4)
    assert size.others == (OtherValue(14, 1),)
    assert "body" in parse_policy(learnt.policy).house_style.roles
    assert parse_policy(learnt.policy).house_style.roles["body"].size_pt is None
    assert "    # not agreed, 3 of 4: size_pt: 16; others: 14 (1)" in learnt.policy.splitlines()
    assert [each.name for each in learnt.documents if each.differs] == ["x.docx"]
    assert Differing("roles.body.size_pt", 14) in learnt.documents[3].differs


def test_a_document_with_several_values_has_none_to_agree_with(tmp_path: Path) -> None:
    mixed = docx(notice(more=p(r("又一段正文，字号不同。", '<w:sz w:val="20"/>'))))
    learnt = learnt_from({"a.docx": docx(notice()), "b.docx": mixed}, tmp_path)

    size = rules(learnt)["roles.body.size_pt"]
    assert (size.written, size.agree, size.of, size.others) == (False, 1, 2, (OtherValue(None, 1),))
    assert "不止一个值或未指定（1 份）" in learnt.policy


def test_a_rule_about_a_role_concerns_the_documents_with_that_role(tmp_path: Path) -> None:
    signed = docx(notice(more=p(r("2026年3月5日", '<w:sz w:val="32"/>'), properties='<w:jc w:val="right"/>')))
    learnt = learnt_from({"a.docx": docx(notice()), "b.docx": signed}, tmp_path)

    size = rules(learnt)["roles.date.size_pt"]
    assert (size.written, size.agree, size.of) == (True, 1, 1)


def test_what_is_on_in_some_is_off_in_the_others(tmp_path: Path) -> None:
    table = docx(notice(more=tbl(tr(tc("格")))))
    learnt = learnt_from({"a.docx": docx(notice()), "b.docx": table}, tmp_path)

    forbidden = rules(learnt)["forbid_tables"]
    assert (forbidden.value, forbidden.written, forbidden.agree, forbidden.of) == (True, False, 1, 2)
    assert forbidden.others == (OtherValue(False, 1),)
    assert not parse_policy(learnt.policy).forbid_tables


LENGTHS = {
    "within the tolerance": ((560, 560, 575), "exact 28 pt"),
    "in two groups, twice the tolerance apart": ((560, 600), "exact 29 pt"),
    "further apart": ((560, 601), None),
}


@pytest.mark.parametrize(("lines", "value"), LENGTHS.values(), ids=LENGTHS)
def test_lengths_agree_within_the_tolerance(
    tmp_path: Path, lines: tuple[int, ...], value: str | None
) -> None:
    documents = {f"{number}.docx": docx(notice(line=line)) for number, line in enumerate(lines)}
    found = rules(learnt_from(documents, tmp_path))["roles.body.line_spacing"]

    assert (found.value if found.written else None) == value


def test_an_indent_in_characters_agrees_with_the_same_length(tmp_path: Path) -> None:
    documents = {"a.docx": docx(notice()), "b.docx": docx(notice(indent='w:firstLine="640"'))}

    assert rules(learnt_from(documents, tmp_path))["roles.body.first_line_indent"].written


def test_alignments_agree_where_one_document_has_all(tmp_path: Path) -> None:
    both = docx(notice(more=p(r("又一段。", '<w:sz w:val="32"/>'), properties='<w:jc w:val="left"/>')))
    found = rules(learnt_from({"a.docx": docx(notice()), "b.docx": both}, tmp_path))

    assert (found["roles.body.alignment"].value, found["roles.body.alignment"].written) == (
        ["justify", "left"],
        True,
    )
    other = {"a.docx": docx(notice()), "b.docx": docx(notice(jc="left"))}
    assert not rules(learnt_from(other, tmp_path))["roles.body.alignment"].written


def test_fonts_agree_in_any_case_and_where_the_named_policy_takes_them_as_one(tmp_path: Path) -> None:
    key = "roles.body.font_east_asia"
    cased = {"a.docx": docx(notice(font="FangSong")), "b.docx": docx(notice(font="FANGSONG"))}
    assert rules(learnt_from(cased, tmp_path))[key].written

    named = {"a.docx": docx(notice()), "b.docx": docx(notice(font="仿宋_GB2312"))}
    assert not rules(learnt_from(named, tmp_path))[key].written
    learnt = learnt_from(named, tmp_path, against=load_policies().get("gbt9704-2012"))
    assert rules(learnt)[key].value == ["仿宋_GB2312", "仿宋"]
    assert all(not broken_rules(learnt.policy, tmp_path / f"{number}.docx") for number in (0, 1))


def test_the_deviations_from_a_named_policy(tmp_path: Path) -> None:
    small = docx(notice(body="28"))
    documents = {"a.docx": small, "b.docx": small, "c.docx": docx(notice())}
    learnt = learnt_from(documents, tmp_path, against=load_policies().get("gbt9704-2012"))

    [size] = [each for each in learnt.deviations if each.key == "roles.body.size_pt"]
    assert (size.expected, size.found, size.documents) == (16, 14, 2)
    assert not_none(size.rule_source).startswith("GB/T 9704-2012")
    broken = ["roles.body.size_pt" in each.deviations for each in learnt.documents]
    assert (broken, learnt.against) == ([True, True, False], "gbt9704-2012")
    assert [each.documents for each in learnt.deviations] == sorted(
        (each.documents for each in learnt.deviations), reverse=True
    )
    assert learnt_from(documents, tmp_path).deviations == ()


def test_the_remarks_are_in_the_language_of_most_documents(tmp_path: Path) -> None:
    english = {"a.docx": docx(p("An agenda")), "b.docx": docx(p("Minutes")), "c.docx": docx(notice())}
    assert learnt_from(english, tmp_path).language == "en"
    assert learnt_from(english, tmp_path, lang="zh").policy.startswith("# 归纳自：")


def test_names_of_files_and_fonts_stay_inside_remarks_and_quotes(tmp_path: Path) -> None:
    font = "a: {b} # c\u2028d' \\n"
    name = "x\n- y: !!python/object\u2028.docx"
    documents = {name: docx(notice(font=font)), "b.docx": docx(notice(font=f"{font}2"))}
    learnt = learnt_from(documents, tmp_path)

    assert parse_policy(learnt.policy) == parse_policy(learnt_from(documents, tmp_path, lang="en").policy)
    assert all(line.isprintable() for line in learnt.policy.splitlines())


def test_a_policy_with_more_remarks_than_fit_has_none(tmp_path: Path) -> None:
    names = [f"{number}{'长' * 240}.docx" for number in range(20)]
    documents = {
        name: docx(notice(font=f"{'字' * 120}{number}", body=str(20 + 2 * number), left=50 * number))
        for number, name in enumerate(names)
    }
    learnt = learnt_from(documents, tmp_path)

    assert len(learnt.policy.encode()) <= 64 * 1024
    assert parse_policy(learnt.policy).house_style.title is not None


def test_an_error_names_the_document(tmp_path: Path) -> None:
    documents = {"good.docx": docx(notice()), "坏.docx": docx(notice())[:-30]}
    with pytest.raises(InvalidTemplate) as raised:
        learnt_from(documents, tmp_path)
    assert raised.value.message.startswith("坏.docx: this file is cut off")
    assert (raised.value.detail["document"], raised.value.detail["field"]) == ("坏.docx", "document")


@pytest.mark.parametrize("body", ["", p(""), tbl(tr(tc(p("")))), p("", properties="<w:pageBreakBefore/>")])
def test_a_document_without_text_is_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        learnt_from({"a.docx": docx(notice()), "b.docx": docx(body)}, tmp_path)

    assert caught.value.message == "b.docx: the document has no text to learn from; leave it out."
    assert caught.value.detail == {"field": "document", "document": "b.docx"}


def test_documents_pass_the_policy_in_strict_runs_and_others_do_not(tmp_path: Path) -> None:
    field = p(r("会议定于【日期】召开。", '<w:sz w:val="32"/>'), properties='<w:jc w:val="both"/>')
    documents = {"a.docx": docx(notice(more=field)), "b.docx": docx(notice(jc="left", title="36"))}
    policy = parse_policy(learnt_from(documents, tmp_path).policy)
    (tmp_path / "2.docx").write_bytes(docx(notice(body="28", more=field)))

    options = Options(format_mode="strict", format_baseline="policy", format_fix_mode="none", unused="allow")
    job = Job(JobKind.RUN, (), None, {"日期": "三月五日"}, options, policy)
    codes = [run_job(job, tmp_path / f"{number}.docx", tmp_path)["exit_code"] for number in range(3)]
    assert codes == [0, 0, 4]


STYLES = st.builds(
    notice,
    title=st.sampled_from(("44", "36")),
    body=st.sampled_from(("32", "28", "abc")),
    font=st.sampled_from(("仿宋", "仿宋_GB2312", "Arial", "ARIAL", "")),
    jc=st.sampled_from(("both", "left", "center", "right")),
    indent=st.sampled_from(('w:firstLineChars="200"', 'w:firstLine="640"', 'w:firstLine="655"', "")),
    left=st.none() | st.integers(0, 90),
    line=st.sampled_from((560, 570, 600)),
    more=st.sampled_from(
        (
            "",
            tbl(tr(tc(p(r("格", '<w:sz w:val="28"/>'))))),
            p(r("\u3000一、开头有空格", '<w:sz w:val="32"/>')),
            p(r("2026年3月5日", '<w:sz w:val="32"/>'), properties='<w:jc w:val="right"/>'),
            p("2026.3.5", properties='<w:jc w:val="right"/>'),
            p("a", properties='<w:numPr><w:numId w:val="1"/></w:numPr>'),
        )
    ),
)


@settings(max_examples=25, deadline=None)
@given(bodies=st.lists(STYLES, min_size=1, max_size=4), named=st.booleans())
def test_every_document_passes_what_is_learnt_from_any_of_them(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[str], named: bool
) -> None:
    folder = tmp_path_factory.mktemp("documents")
    against = load_policies().get("gbt9704-2012") if named else None
    learnt = learnt_from({f"{n}.docx": docx(body) for n, body in enumerate(bodies)}, folder, against=against)

    assert [broken_rules(learnt.policy, folder / f"{n}.docx") for n in range(len(bodies))] == [set()] * len(
        bodies
    )
    for rule in learnt.rules:
        others = sum(other.documents for other in rule.others)
        assert (rule.agree + others, rule.written) == (rule.of, not others)


@settings(max_examples=25, deadline=None)
@given(bodies=st.lists(STYLES, min_size=2, max_size=3), other=STYLES)
def test_a_document_that_passes_what_each_suggests_passes_what_is_learnt(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[str], other: str
) -> None:
    folder = tmp_path_factory.mktemp("documents")
    # The other document is often like them.
    for body in (other, bodies[0]):
        file = folder / "other.docx"
        file.write_bytes(docx(body))
        alone = [learnt_from({"a.docx": docx(each)}, folder).policy for each in bodies]
        if not any(broken_rules(policy, file) for policy in alone):
            together = learnt_from({f"{n}.docx": docx(each) for n, each in enumerate(bodies)}, folder)
            assert broken_rules(together.policy, file) == set()


def test_one_job_reads_all_documents(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx(notice()))
    order = Learning((LearntFrom("a.docx", "a.docx"),))
    result: dict[str, Any] = run_job(Job(JobKind.LEARN, (), learning=order), tmp_path / "none", tmp_path)

    assert result["policy"].splitlines()[0] == '# 归纳自："a.docx"'
    assert set(result) == {"policy", "language", "rules", "documents", "against", "deviations"}

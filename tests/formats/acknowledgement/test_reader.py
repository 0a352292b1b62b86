"""Reading 997, 999 and TA1."""

from __future__ import annotations

import contextlib
import re

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from formats.acknowledgement.reader import read_acknowledgements
from formats.acknowledgement.values import Acknowledgements, GroupVerdict, SegmentError, SetVerdict, Verdict
from formats.errors import FormatError, Unreadable

ISA = "ISA*00*          *00*          *01*BIGBOX         *ZZ*ACME           *261120*1300*{u}*00401*000000077*0*P*>~"
TWO_SETS = "AK1*IB*0017~AK2*846*0001~AK3*LIN*5**8~AK4*3*234*7*B X~AK4*2:1**1~AK3*QTY*6**3~AK5*R*5~AK2*846*0002~AK5*A~AK9*P*2*2*1*5~"


def file(body: str, *, kind: str = "997", before: str = "", terminator: str = "~") -> bytes:
    count = body.count("~") + 2
    text = (
        ISA.format(u="U") + before + "GS*FA*BB*AC*20261120*1300*77*X*004010~"
        f"ST*{kind}*0001~{body}SE*{count}*0001~GE*1*77~IEA*1*000000077~"
    )
    return text.replace("~", terminator).encode()


def only(data: bytes) -> GroupVerdict:
    (group,) = read_acknowledgements(data).groups
    return group


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read_acknowledgements(data)
    return str(caught.value)


def test_a_group_says_whose_it_is_and_each_set_what_is_wrong_with_it() -> None:
    assert only(file(TWO_SETS)) == GroupVerdict(
        kind="997",
        code="IB",
        number="17",
        sender="01/BIGBOX",
        receiver="ZZ/ACME",
        verdict=Verdict.PARTIAL,
        reasons=("the number of sets is not what stands in the trailer",),
        sets=(
            SetVerdict(
                code="846",
                number="0001",
                verdict=Verdict.REJECTED,
                reasons=("one or more segments are in error",),
                errors=(
                    SegmentError(
                        segment="LIN", position=5, element=3, value="B X", reason="the code is not valid"
                    ),
                    SegmentError(
                        segment="LIN", position=5, element=2, reason="a mandatory element is missing"
                    ),
                    SegmentError(segment="QTY", position=6, reason="a mandatory segment is missing"),
                ),
            ),
            SetVerdict(code="846", number="0002", verdict=Verdict.ACCEPTED),
        ),
    )


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("A", Verdict.ACCEPTED),
        ("E", Verdict.ACCEPTED_WITH_ERRORS),
        ("P", Verdict.PARTIAL),
        ("R", Verdict.REJECTED),
        ("M", Verdict.REJECTED),
        ("W", Verdict.REJECTED),
        ("X", Verdict.REJECTED),
    ],
)
def test_the_short_form_speaks_for_the_whole_group(code: str, verdict: Verdict) -> None:
    group = only(file(f"AK1*IB*17~AK9*{code}*1*1*1~"))
    assert (group.verdict, group.sets) == (verdict, ())
    assert bool(group.reasons) == (code in "MWX")


def test_a_set_without_ak5_has_the_verdict_of_its_group_and_keeps_its_errors() -> None:
    (one,) = only(file("AK1*IB*17~AK2*846*0001~AK3*LIN*5**1~AK9*R*1*1*0~")).sets
    assert (one.verdict, len(one.errors)) == (Verdict.REJECTED, 1)


def test_a_999_is_read_as_a_997() -> None:
    body = TWO_SETS.replace("AK3", "IK3").replace("AK4", "IK4").replace("AK5", "IK5")
    body = body.replace("AK4*2:1**1~", "CTX*SITUATIONAL~IK4*2:1**1~")
    group = only(file(body, kind="999"))
    assert (group.kind, [one.verdict.value for one in group.sets]) == ("999", ["rejected", "accepted"])


def test_a_ta1_speaks_of_an_interchange() -> None:
    ta1 = "TA1*000000017*261120*1300*R*006~"
    whole = (ISA.format(u="U") + ta1 + "IEA*0*000000077~").encode()
    group = only(whole)
    assert (group.kind, group.number, group.verdict) == ("TA1", "17", Verdict.REJECTED)
    assert group.reasons == ("the sender's id is not valid",)
    both = read_acknowledgements(file(TWO_SETS, before=ta1.replace("R*006", "A*000")))
    assert [one.kind for one in both.groups] == ["TA1", "997"]


def test_several_groups_in_one_set_and_several_sets_are_all_read() -> None:
    one = "AK1*IB*17~AK9*A*1*1*1~"
    assert len(read_acknowledgements(file(one + one.replace("17", "18"))).groups) == 2
    twice = file(one).decode().replace("GE*1*77~", "ST*997*0002~AK1*IB*18~AK9*R*1*1*0~SE*4*0002~GE*2*77~")
    assert [group.number for group in read_acknowledgements(twice.encode()).groups] == ["17", "18"]


@pytest.mark.parametrize("terminator", ["\n", "\r\n", "~\n", "~\r\n   ", "?"])
def test_any_terminator_does(terminator: str) -> None:
    assert only(file(TWO_SETS, terminator=terminator)) == only(file(TWO_SETS))


def test_trailers_that_do_not_agree_are_tolerated_and_said() -> None:
    odd = file("AK1*IB*17~AK9*A*1*1*1~").decode()
    odd = (
        odd.replace("GE*1*77", "GE*1*78")
        .replace("IEA*1*000000077", "IEA*1*000000078")
        .replace("SE*4", "SE*9")
    )
    read: Acknowledgements = read_acknowledgements(odd.encode())
    assert read.groups[0].verdict == Verdict.ACCEPTED
    assert [re.sub(r"^.*\), ", "", warning) for warning in read.warnings] == [
        "SE01 counts '9' segments where 4 stand",
        "GE02 is '78', not the control number of its GS",
        "IEA02 is '000000078', not the control number of its ISA",
    ]


def test_other_sets_are_passed_over_and_a_file_of_them_alone_is_refused() -> None:
    mixed = file("AK1*IB*17~AK9*A*1*1*1~").decode()
    mixed = mixed.replace("GE*1", "ST*850*0002~BEG*00~SE*3*0002~GE*2")
    assert read_acknowledgements(mixed.encode()).warnings == ("1 other sets were passed over",)
    assert "the sets found are: '850'" in refusal(mixed.replace("ST*997", "ST*850").encode())


def test_what_acknowledges_an_acknowledgement_is_passed_over() -> None:
    assert "there is no 997" in refusal(file("AK1*FA*17~AK9*A*1*1*1~"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("AK1*IB*17~", "without AK9"),
        ("AK9*A*1*1*1~", "outside AK1"),
        ("AK1*IB~AK9*A*1*1*1~", "the control number of a group"),
        ("AK1*IB*17~AK9*Q*1*1*1~", "AK901: found 'Q'"),
        ("AK1*IB*17~AK2*846*1~AK5~AK9*A*1*1*1~", "AK501: found ''"),
    ],
)
def test_an_acknowledgement_that_does_not_say_what_it_must_is_refused(body: str, message: str) -> None:
    assert message in refusal(file(body))


def test_a_file_cut_off_anywhere_is_refused() -> None:
    whole = file(TWO_SETS)
    for end in range(len(whole)):
        assert refusal(whole[:end])


@examples(100)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = file(TWO_SETS, before="TA1*000000017*261120*1300*R*006~")
    at, length = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 12))
    damaged = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + length :]
    with contextlib.suppress(FormatError):
        assert read_acknowledgements(damaged).groups

"""What the model must be able to say is held by a shape, and each of these shapes has a bad example.

The left column is what is asked of the model, clause by clause; the right one the shapes that enforce it.
"""

import re
from pathlib import Path

import pytest

ONTOLOGY = Path(__file__).resolve().parents[2] / "ontology"
SHAPES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ONTOLOGY.glob("modules/*/shapes.ttl")))
FIRST_LINES = [
    path.read_text(encoding="utf-8").partition("\n")[0]
    for path in sorted(ONTOLOGY.glob("modules/*/examples/bad-*.ttl"))
]
CLAUSES = {
    # A statement
    "who holds it": "SourcedStatement-heldBy DistributedStatementShape",
    "who reports it": "SourcedStatement-reportedBy",
    "who curated it": "SourcedStatement-curatedBy",
    "workshop or phase": "Statement-expressedAt Statement-phase Viewpoint-phase",
    "what it is about": "Statement-about Statement-concerns",
    "its target": "Statement-target StancedStatement-target Statement-arena LevelledStatement-target",
    "stance with polarity": "StancedStatement-stance Statement-stance Stance-polarity FactClaim-stance",
    "quantifier": "Statement-quantifier",
    "exclusivity": "Statement-exclusivity ExclusiveStatement-claim OnlyClaimMemberShape",
    "hedge": "Statement-hedge",
    "several statements of one sentence": "Claim-operator Claim-parts ClaimShape Statement-partOfClaim",
    "what it is preferred to": "DispreferredStatementShape PreferringStatement-holder Statement-preferredTo",
    "reason": "Statement-reason Statement-reasonOneWay Rationale-supports",
    "source document with a locator": "SourcedStatement-evidence Evidence-source Evidence-selector "
    "Evidence-sameDocument DocumentPlace-locator LocatorShape SentencePlace-paragraph",
    "explicit or inferred attribution": "SourcedStatement-attribution",
    "confidence": "Evidence-confidence",
    "an unfavourable view is data": "Statement-stance DispreferredStatementShape",
    "silence is never stored": "Statement-stance StancedStatement-stance",
    "contradictions stand side by side": "Statement-contradicts Statement-contradictsOneWay "
    "ClaimedFact-value",
    "a change of view links two statements": "ChangedView-holder ChangedViewShape "
    "Statement-changesViewOneWay",
    "derived statements name their rule": "DerivedStatement-byRule DerivedStatement-inputs "
    "DerivedStatement-evidence DerivedStatement-voices SourcedStatement-byRule",
    # The world that statements speak of
    "a chain of territorial units": "TerritorialUnit-partOf PartOfChainShape",
    "the area between two cities": "InterCityArea-betweenCity InterCityArea-identifier InterCityArea-part",
    "unit apart from governance level and governing body": "UnitApartShape AdministrativeUnit-atLevel",
    "unit apart from statistical unit and functional area": "AdministrativeUnitApartShape "
    "StatisticalUnitApartShape FunctionalAreaApartShape StatisticalUnitCodeShape",
    "governance level with order": "GovernanceLevel-wider LevelOrderShape UnorderedLevel-wider",
    "codes with scheme and version": "Identifier-identifierScheme Identifier-schemeVersion OpenCodeShape",
    "institutions with competences": "Institution-governs GoverningBodyShape Competence-ofInstitution "
    "Competence-inField Competence-jurisdiction Competence-legalBasis",
    "universities": "University-basedIn",
    "sectors in more than one division": "Sector-inDivision SectorDivision-inScheme",
    "policies and policy fields": "Policy-inField PolicyField-inScheme Policy-dependsOnLevel",
    "mappings": "ConceptMapping-subject ConceptMapping-predicate ConceptMapping-object "
    "ConceptMapping-justification ConceptMapping-confidence",
    "three depths of arrangement": "JointCaseStudy-depth Cooperation-depth Integration-depth "
    "InterCityArrangementShape DepthOrder-deeper",
    "no cooperation from a joint case study": "NoCooperationFromCaseStudyShape NeverConcluded-byRule",
    "specialisation": "Specialisation-locationQuotient Specialisation-baselineUnit "
    "Computed-byRule Computed-inputs",
    "vision": "Vision-ofCity Vision-hasElement VisionElement-inSector",
    "target and milestone": "Target-ofCity Target-targetYear TargetShape",
    "project": "Project-title Project-startDate ProjectMembership-role CaseStudy-studiesCity",
    "workshop": "Workshop-type Workshop-city Workshop-order Workshop-guidingQuestion AttendanceSumShape "
    "Attendance-kind StakeholderGroup-city",
    "document and publication": "SourceDocument-url SourceDocument-kind PublicationShape",
    "indicator": "Indicator-unitOfMeasure",
    "observation with unit, period, scope, scenario": "Observation-unitOfMeasure Observation-referencePeriod "
    "Observation-scope Observation-scenario Observation-accountingMethod Observation-inDataset",
}


def unenforced(names: list[str], shapes: str, first_lines: list[str]) -> list[str]:
    """Give the names that are no shape, or a shape without a bad example."""
    broken = {name for line in first_lines for name in re.findall(r"pocash:([A-Za-z-]+)", line)}
    declared = set(re.findall(r"^pocash:([A-Za-z-]+) a sh:", shapes, flags=re.MULTILINE))
    return [name for name in names if name not in declared & broken]


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_of_the_model_is_enforced_by_shapes_with_bad_examples(clause):
    assert unenforced(CLAUSES[clause].split(), SHAPES, FIRST_LINES) == []


def test_a_clause_without_a_shape_or_a_bad_example_is_found():
    shapes = "pocash:One a sh:NodeShape .\npocash:Two a sh:PropertyShape .\n"
    lines = ["# violates: pocash:One, pocash:Three"]
    assert unenforced(["One", "Two", "Three"], shapes, lines) == ["Two", "Three"]

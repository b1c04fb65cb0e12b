"""The terms of the ontology as rdflib IRIs, and the namespaces that rdflib lacks.

Written by ``tools/generate_terms.py`` from ``ontology/modules/*/terms.ttl``: change those, not this.

>>> POCA.heldBy
rdflib.term.URIRef('https://w3id.org/poca-kg/def/heldBy')
"""

# ruff: noqa: N815

from __future__ import annotations

from rdflib import Namespace, URIRef
from rdflib.namespace import DefinedNamespace

from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = [
    "ADMS",
    "CLV",
    "COV",
    "CV",
    "GEO",
    "OA",
    "POCA",
    "POCASH",
    "QUESTION",
    "RULE",
    "SCHEMA",
]

ADMS = Namespace(PREFIXES["adms"])
CLV = Namespace(PREFIXES["clv"])
COV = Namespace(PREFIXES["cov"])
CV = Namespace(PREFIXES["cv"])
GEO = Namespace(PREFIXES["geo"])
OA = Namespace(PREFIXES["oa"])
POCASH = Namespace(PREFIXES["pocash"])
QUESTION = Namespace(PREFIXES["question"])
RULE = Namespace(PREFIXES["rule"])
SCHEMA = Namespace(PREFIXES["schema"])


class POCA(DefinedNamespace):
    """The classes and properties of the ontology; any other name is an ``AttributeError``."""

    _NS = Namespace(PREFIXES["poca"])
    _fail = True

    # Classes
    AdministrativeUnit: URIRef
    Attendance: URIRef
    CaseStudy: URIRef
    City: URIRef
    Claim: URIRef
    Competence: URIRef
    CompetencyQuestion: URIRef
    Complementarity: URIRef
    ConceptMapping: URIRef
    Cooperation: URIRef
    DerivedStatement: URIRef
    DocumentPlace: URIRef
    Evidence: URIRef
    FactClaim: URIRef
    FunctionalArea: URIRef
    GovernanceLevel: URIRef
    Indicator: URIRef
    Institution: URIRef
    Instrument: URIRef
    Integration: URIRef
    InterCityArea: URIRef
    InterCityArrangement: URIRef
    JointCaseStudy: URIRef
    Measure: URIRef
    Milestone: URIRef
    Observation: URIRef
    Organisation: URIRef
    Policy: URIRef
    PolicyField: URIRef
    Project: URIRef
    ProjectDecision: URIRef
    ProjectEvent: URIRef
    ProjectMembership: URIRef
    Publication: URIRef
    Rationale: URIRef
    Rule: URIRef
    Sector: URIRef
    SectorDivision: URIRef
    Source: URIRef
    SourceDocument: URIRef
    SourceTable: URIRef
    Specialisation: URIRef
    StakeholderGroup: URIRef
    Stance: URIRef
    Statement: URIRef
    StatisticalUnit: URIRef
    StudyTour: URIRef
    Target: URIRef
    TerritorialUnit: URIRef
    Topic: URIRef
    University: URIRef
    Viewpoint: URIRef
    Vision: URIRef
    VisionElement: URIRef
    WorkPackage: URIRef
    Workshop: URIRef
    WorkshopSeries: URIRef

    # Properties
    about: URIRef
    accessed: URIRef
    accountingMethod: URIRef
    acronym: URIRef
    activity: URIRef
    adoptedBy: URIRef
    arena: URIRef
    arrangementState: URIRef
    atLevel: URIRef
    attribution: URIRef
    authorName: URIRef
    basedIn: URIRef
    baselineUnit: URIRef
    baselineYear: URIRef
    between: URIRef
    betweenCity: URIRef
    byRule: URIRef
    changesView: URIRef
    claimedProperty: URIRef
    claimedValue: URIRef
    concerns: URIRef
    confidence: URIRef
    contradicts: URIRef
    correspondsTo: URIRef
    countryCode: URIRef
    curatedBy: URIRef
    deeper: URIRef
    deliverableNumber: URIRef
    dependsOnLevel: URIRef
    depth: URIRef
    distributedFrom: URIRef
    documentKind: URIRef
    evidence: URIRef
    exampleOf: URIRef
    exclusivity: URIRef
    expressedAt: URIRef
    foundedYear: URIRef
    gist: URIRef
    governs: URIRef
    grantNumber: URIRef
    hasElement: URIRef
    hedge: URIRef
    heldBefore: URIRef
    heldBy: URIRef
    horizonYear: URIRef
    hostAttribution: URIRef
    hostedBy: URIRef
    identifierScheme: URIRef
    inDataset: URIRef
    inDivision: URIRef
    inDocument: URIRef
    inField: URIRef
    inSector: URIRef
    inSeries: URIRef
    jurisdiction: URIRef
    justification: URIRef
    legalBasis: URIRef
    levelAsStated: URIRef
    locationQuotient: URIRef
    locator: URIRef
    mappingObject: URIRef
    mappingPredicate: URIRef
    mappingSubject: URIRef
    memberGroup: URIRef
    method: URIRef
    module: URIRef
    nameAsStated: URIRef
    nutsVersion: URIRef
    observationScope: URIRef
    ofCaseStudy: URIRef
    ofCity: URIRef
    ofIndicator: URIRef
    ofInstitution: URIRef
    ofProject: URIRef
    ofUnit: URIRef
    ofWorkshop: URIRef
    operator: URIRef
    organisedBy: URIRef
    paragraph: URIRef
    partOf: URIRef
    partOfClaim: URIRef
    participantCount: URIRef
    participantFrom: URIRef
    participantTotal: URIRef
    phase: URIRef
    phaseOrder: URIRef
    point: URIRef
    polarity: URIRef
    precedes: URIRef
    preferredTo: URIRef
    projectNumber: URIRef
    quantifier: URIRef
    readExtent: URIRef
    reason: URIRef
    refArea: URIRef
    refPeriod: URIRef
    referenceYear: URIRef
    replacedBy: URIRef
    reportedBy: URIRef
    responsibleFor: URIRef
    restsOn: URIRef
    ruleOrder: URIRef
    scenario: URIRef
    schemeVersion: URIRef
    scope: URIRef
    sentence: URIRef
    stakeholderKind: URIRef
    stance: URIRef
    studiesCity: URIRef
    target: URIRef
    targetUnit: URIRef
    targetValue: URIRef
    targetYear: URIRef
    unitOfMeasure: URIRef
    validFrom: URIRef
    validTo: URIRef
    value: URIRef
    valueAsPublished: URIRef
    venue: URIRef
    verdict: URIRef
    wider: URIRef
    workPackageNumber: URIRef
    workshopNumber: URIRef
    workshopType: URIRef

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
    AdministrativeUnit: URIRef  # A part of a state's ground that law or public administration delimits.
    Attendance: URIRef  # That stakeholders of one kind came to one workshop, and how many of them where …
    CaseStudy: URIRef  # The examination of one or two cities within a research project.
    City: URIRef  # The ground of one municipality that is named for its urban settlement.
    Claim: URIRef  # Two or more statements that one sentence makes together, under one operator.
    Competence: URIRef  # The legal power of one institution to act in one policy field on one unit's ground.
    CompetencyQuestion: URIRef  # Something that people ask of the graph, with the query that answers it and …
    Complementarity: URIRef  # A computed judgement on whether the strengths of two units differ so that …
    ConceptMapping: URIRef  # A match between two entries of a scheme that a curator proposes and gives a …
    Cooperation: URIRef  # Work of two or more cities towards a shared aim in which each stays as it is.
    Correction: URIRef  # A change that a curator made to one cell of a source table, with the reason.
    DerivedStatement: URIRef  # What a rule concludes from statements that somebody made.
    DocumentPlace: URIRef  # A spot in a text that a reader can find again: a sentence of a paragraph, a …
    Evidence: URIRef  # A document taken at one place, as that on which a fact in the graph rests.
    FactClaim: URIRef  # What somebody says is so, without being for or against anything.
    FunctionalArea: URIRef  # A part of the ground that daily life ties to a centre, above all commuting to …
    GovernanceLevel: URIRef  # A tier at which public action can be taken.
    Indicator: URIRef  # A quantity that is followed over time in order to judge how a city develops.
    Institution: URIRef  # An organisation that holds public power.
    Instrument: URIRef  # A means, such as a rule, a tax or a subsidy, by which public action works.
    Integration: URIRef  # The growing together of two or more cities, or of their markets, into one.
    InterCityArea: URIRef  # A part of the ground that is thought of only with regard to two or more cities.
    InterCityArrangement: URIRef  # Something that ties two or more cities together, in fact or in thought.
    JointCaseStudy: URIRef  # The treatment of two or more cities as one object of research.
    Measure: URIRef  # A concrete step by which public action changes something on the ground.
    Milestone: URIRef  # What has to be reached on the way so that a later aim stays within reach.
    Observation: URIRef  # One value of one indicator for one area and one period, as one source gives it.
    Organisation: URIRef  # A group of people that acts as one body under a name.
    Policy: URIRef  # A course of public action that one or more bodies pursue.
    PolicyField: URIRef  # A matter about which public bodies make rules and plans.
    Project: URIRef  # A planned undertaking with partners, a beginning and an end.
    ProjectDecision: URIRef  # What a project settled about its own work.
    ProjectEvent: URIRef  # A meeting that the partners hold or take part in, other than a local workshop.
    ProjectMembership: URIRef  # The part that one organisation plays in one project.
    Publication: URIRef  # A text that was issued as a work of its own, with a number, an author or a series.
    Rationale: URIRef  # A second type for what is given as the ground of another statement.
    Rule: URIRef  # A query that concludes new things from what the sources say.
    Sector: URIRef  # A part of economic and social activity.
    SectorDivision: URIRef  # A way of splitting all activity into parts.
    Source: URIRef  # A named graph with everything that was taken from one origin, under one licence.
    SourceDocument: URIRef  # A page, file or record from which facts were taken.
    SourceTable: URIRef  # A curated list of rows, each of which describes one thing of a named graph.
    Specialisation: URIRef  # A computed measure of how much more weight one activity has in a unit than in …
    StakeholderGroup: URIRef  # The people whom a project invited to speak for a city, as the sources report …
    Stance: URIRef  # The way in which a speaker takes a side towards a target.
    Statement: URIRef  # Something that somebody is reported to say about a topic, with the place where this …
    StatisticalUnit: URIRef  # A part of the ground that is delimited in order to count and compare.
    StudyTour: URIRef  # A journey on which practitioners from several cities look at good examples elsewhere.
    Target: URIRef  # What a city wants to have reached by a given year.
    TerritorialUnit: URIRef  # A part of the ground with a name of its own.
    Topic: URIRef  # A matter that a statement can be about.
    University: URIRef  # An organisation that teaches, examines and does research at the highest grade.
    Viewpoint: URIRef  # What stakeholders or an organisation think of acting at a level, in a place, with a …
    Vision: URIRef  # A picture of a city's desired future that stakeholders agree on.
    VisionElement: URIRef  # One feature of the future that stakeholders wish for.
    WorkPackage: URIRef  # A numbered part of the plan of a research grant.
    Workshop: URIRef  # A meeting at which a project worked with stakeholders of a city.
    WorkshopSeries: URIRef  # All meetings with stakeholders that belong to one case study.

    # Properties
    about: URIRef  # Leads from a statement to the policy field, policy or other topic that it speaks of.
    accessed: URIRef  # Gives the day on which a curator opened a document.
    accountingMethod: URIRef  # Says to whom emissions are charged: to those who make goods or to those who …
    acronym: URIRef  # Gives the short form of a name.
    activity: URIRef  # Names the sector whose weight is measured.
    adoptedBy: URIRef  # Names a body that has decided on a policy.
    arena: URIRef  # Names the governance level on whose stage something matters or competes.
    arrangementState: URIRef  # Says whether an arrangement exists, could exist or is put forward.
    atLevel: URIRef  # Gives the tier of public action to which an administrative unit belongs.
    attribution: URIRef  # Says how surely the source names the holder: explicitly, by inference or …
    attributionText: URIRef  # Gives the short words of credit that must stand wherever a source is shown.
    authorName: URIRef  # Gives a person who wrote a document, as printed there.
    basedIn: URIRef  # Names the unit in which an organisation has its seat.
    baselineUnit: URIRef  # Names the larger unit whose shares serve as the yardstick.
    baselineYear: URIRef  # Gives the year against which a change is counted.
    between: URIRef  # Names one of the cities that an arrangement joins.
    betweenCity: URIRef  # Names one of the places with regard to which an inter-city area is thought of.
    byRule: URIRef  # Leads from something derived to what produced it out of its inputs.
    changesView: URIRef  # Leads from a later statement to an earlier one of the same holder that it takes …
    claimedProperty: URIRef  # Names the property for which a fact claim gives a value.
    claimedValue: URIRef  # Gives the number, date, text or thing that a fact claim puts forward.
    columnName: URIRef  # Gives the heading under which the corrected cell stands.
    concerns: URIRef  # Leads from a statement to a territory that its matter is about, as distinct from the …
    confidence: URIRef  # Says whether the passage was read, was cut off, was concluded from or is only …
    contradicts: URIRef  # Leads from a statement to one that cannot be true together with it, as a curator …
    correspondsTo: URIRef  # Leads from a unit to a statistical unit that covers the same ground.
    countryCode: URIRef  # Gives the two letters of ISO 3166-1 for the country of an organisation's seat.
    curatedBy: URIRef  # Leads from a statement or a mapping to those who turned it into data.
    curatorName: URIRef  # Gives the person who made a correction.
    deeper: URIRef  # Leads from one degree of inter-city ties to the next that goes further.
    deliverableNumber: URIRef  # Gives the code under which a project owed a document to its funder.
    dependsOnLevel: URIRef  # Names a tier whose action a policy needs in order to work.
    depth: URIRef  # Says how far an arrangement goes.
    distributedFrom: URIRef  # Leads from a statement about one group to the plural subject of the sentence …
    documentKind: URIRef  # Says in which form a document was published.
    evidence: URIRef  # Leads from anything in the graph to a place in a document that bears it out.
    exampleOf: URIRef  # Leads from a statement on one case to the wider one that it illustrates.
    exclusivity: URIRef  # Says that a statement is meant for what its claim names and for nothing else.
    expressedAt: URIRef  # Leads from a statement to the workshop at which it was made.
    foundedYear: URIRef  # Gives the year in which an organisation came into being.
    gist: URIRef  # Says in the curators' own words what stands at a passage.
    governs: URIRef  # Names an administrative unit over which an institution has public power.
    grantNumber: URIRef  # Gives the number of the agreement under which a funder pays.
    guidingQuestion: URIRef  # Says in a curator's words what those who came to a workshop were asked to …
    hasElement: URIRef  # Leads from a vision to one of the features it is made of.
    hedge: URIRef  # Keeps a word or two of the source that strengthen or weaken a statement.
    heldBefore: URIRef  # Gives a day by which a workshop was over, where its own date is not known.
    heldBy: URIRef  # Leads from a statement to whoever thinks so or is said to think so.
    horizonYear: URIRef  # Gives the year that a vision pictures.
    hostAttribution: URIRef  # Says whether the source names who invited to a workshop or whether this was …
    hostedBy: URIRef  # Leads from a workshop to the organisation that invited to it.
    identifierScheme: URIRef  # Names the register or nomenclature in which a code is issued.
    inDataset: URIRef  # Names the named graph of the source from which a value comes.
    inDivision: URIRef  # Names a way of splitting activity in which a sector is one of the parts.
    inDocument: URIRef  # Leads from a passage to the text that it belongs to.
    inField: URIRef  # Names a policy field to which something belongs.
    inSector: URIRef  # Places something in a part of economic and social activity.
    inSeries: URIRef  # Leads from a workshop to the row of meetings that it is one of.
    jurisdiction: URIRef  # Names the administrative unit on whose ground a competence may be used.
    justification: URIRef  # Says why a curator thinks that two concepts match.
    legalBasis: URIRef  # Leads to the law from which a competence flows.
    levelAsStated: URIRef  # Names the governance level under which the source files the territory that a …
    licenceEvidence: URIRef  # Says where it was read that a source may be used under its licence.
    locationQuotient: URIRef  # Gives the share of an activity in a unit divided by its share in the …
    locator: URIRef  # Names a passage within its document in the way in which people cite it.
    mappingObject: URIRef  # Leads from a concept mapping to the concept that the first one is compared with.
    mappingPredicate: URIRef  # Names the SKOS relation that a concept mapping proposes between its two …
    mappingSubject: URIRef  # Leads from a concept mapping to the concept that is compared.
    memberGroup: URIRef  # Leads from the stakeholders of several cities to those of one of them.
    method: URIRef  # Says in words by which formula a result is computed.
    module: URIRef  # Names the part of the ontology that a competency question puts to the test.
    nameAsStated: URIRef  # Gives the name of an organisation as a source writes it.
    newText: URIRef  # Gives what a cell says since it was corrected; nothing where it was emptied.
    nutsVersion: URIRef  # Gives the year of the edition of the Nomenclature of Territorial Units for …
    observationScope: URIRef  # Says in words what a value takes in.
    ofCaseStudy: URIRef  # Leads from a workshop or a series of them to the study of a city that it served.
    ofCity: URIRef  # Leads from a workshop, group, vision or target to the municipality that it belongs to.
    ofIndicator: URIRef  # Names the quantity that was measured.
    ofInstitution: URIRef  # Names the body that holds a competence.
    ofProject: URIRef  # Names the undertaking of which something is a part.
    ofRow: URIRef  # Leads from a correction to the record that it changes.
    ofUnit: URIRef  # Names a unit that a computed measure describes.
    ofWorkshop: URIRef  # Leads from an attendance to the meeting that was attended.
    oldText: URIRef  # Gives what a cell said when its table was carried over; nothing where it was empty.
    operator: URIRef  # Says how the parts of a claim are joined: by and, by or, or closed by only.
    organisedBy: URIRef  # Names an organisation that runs an event.
    paragraph: URIRef  # Counts the blocks of the body of a text from 1 up to the one that holds a passage.
    partOf: URIRef  # Leads from a unit to the next larger one that contains it whole.
    partOfClaim: URIRef  # Leads from a statement to what it forms together with others from the same …
    participantCount: URIRef  # Gives how many people of one kind came to a workshop.
    participantFrom: URIRef  # Names a city from which somebody travels on a study tour.
    participantTotal: URIRef  # Gives how many people came to a workshop in all.
    phase: URIRef  # Says in which stretch of the project a statement was made, whether or not the meeting …
    phaseOrder: URIRef  # Gives a phase its rank in time, counted from 0.
    point: URIRef  # Gives one place that stands for a unit on a map, longitude before latitude.
    polarity: URIRef  # Gives the side that a stance takes: 1 in favour, -1 against, 0 neither.
    precedes: URIRef  # Leads from a workshop to the next one of the same city.
    preferredTo: URIRef  # Leads from what a holder would rather have to what the same holder would rather …
    producerName: URIRef  # Gives the bodies that made the data or texts behind a source, as one line.
    projectNumber: URIRef  # Gives the number under which the coordinator files a project.
    quantifier: URIRef  # Says for how much of its matter a statement is meant.
    readExtent: URIRef  # Says how much of a document a curator had before the eyes.
    reason: URIRef  # Leads from a statement to one that the source gives as its ground.
    referenceArea: URIRef  # Names the unit or case study for which a value holds.
    referencePeriod: URIRef  # Gives the year for which a value holds.
    referenceYear: URIRef  # Gives the year of the data from which a measure is computed.
    replacedBy: URIRef  # Leads from a unit that is no more to one that took over its ground.
    reportedBy: URIRef  # Leads from a statement to the organisation that published it.
    representedRowCount: URIRef  # Gives how many rows of a source table describe something in the graph.
    responsibleFor: URIRef  # Names a city whose case study a project partner carries out.
    restsOn: URIRef  # Leads from a competency question to a thing without which its answer would be another.
    rowCount: URIRef  # Gives how many rows a source table holds.
    ruleOrder: URIRef  # Gives the turn in which a rule runs; it sees what the earlier ones concluded.
    scenario: URIRef  # Names the assumed future, or the present, under which a value holds.
    schemeVersion: URIRef  # Gives the edition of a register or nomenclature from which a code is taken.
    scope: URIRef  # Leads from a statement to another whose matter bounds it.
    sentence: URIRef  # Counts from 1 within its paragraph up to the passage meant.
    stakeholderKind: URIRef  # Says what sort of body or person an attendance counts.
    stance: URIRef  # Says whether a statement is for, against or undecided about its target, and in which …
    studiesCity: URIRef  # Names a municipality that a case study examines.
    target: URIRef  # Leads from a statement to what its stance is towards: a governance level, a territory …
    targetUnit: URIRef  # Gives the unit of the number that a target or milestone asks for.
    targetValue: URIRef  # Gives the number that a target or milestone asks for.
    targetYear: URIRef  # Gives the year by which a target or milestone is to be reached.
    unitOfMeasure: URIRef  # Gives the yardstick in which a value is expressed.
    validFrom: URIRef  # Gives the first day on which something is in force.
    validTo: URIRef  # Gives the last day on which something is in force.
    value: URIRef  # Gives the number that was measured or computed.
    valueAsPublished: URIRef  # Gives a number in the very characters in which its source prints it.
    venue: URIRef  # Names the house or room in which a meeting took place.
    verdict: URIRef  # Says in one word how far the numbers bear a claim out.
    wider: URIRef  # Leads from one tier of public action to one that comes next above it.
    workPackageNumber: URIRef  # Gives the place of a work package in the plan of its project.
    workshopNumber: URIRef  # Counts the meetings of a city from 1.
    workshopType: URIRef  # Says which step of the common method a meeting served.

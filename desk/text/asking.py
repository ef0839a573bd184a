"""How English asks: the forms of questions, wishes and orders, and the words with which a writer turns to another."""

import re

MODAL = r"(?:can|could|would|will|may|might|shall|should|must|do|does|did)"
AUXILIARY = rf"(?:(?:{MODAL}|is|are|was|were|am|has|have|had)(?:n['\u2019]?t)?|can['\u2019]?t|won['\u2019]?t)"
SUBJECT = (
    r"(?:i|you|u|ya|we|he|she|it|they|one|there|my|your|our|his|her|their|the|an?|any|this|that|these|those|some"
    r"|someone|somebody|anyone|anybody|all|both)"
)
ROOT = rf"{AUXILIARY}\s+{SUBJECT}"
"""The word order of a question: "can I", "is there"."""
WH = r"(?:how|what|where|when|why|which|who|whose)"
WH_IS = r"(?:how|what|where|when|why|who)['\u2019]?(?:s|re|d)"
VERB = (
    r"(?:activate|add|advise|answer|apply|arrange|block|book|call|cancel|change|chase|check|close|confirm|contest|contact"
    r"|convert|correct|credit|cut|deactivate|delete|disable|dispute|download|drop|email|enable|explain|extend|find|fix"
    r"|forward|freeze|get|give|help|increase|inform|investigate|issue|let|lift|lock|look|lower|mail|make|move|open|order|pause|pay|post|put|raise|recall"
    r"|reduce|refund|register|reimburse|reissue|remind|remove|renew|replace|report|reset|resend|return|reverse|ring"
    r"|send|set|share|show|shut|sort|start|stop|suspend|switch|take|tell|terminate|trace|transfer|translate|turn|unblock"
    r"|unfreeze|unlock|update|upgrade|upload|verify|waive|wire|withdraw|write)"
)
"""What customers order of any desk."""
NEED = (
    r"(?:i|we)(?!\s+like\b)(?:['\u2019]?(?:d|m|ve))?\s+"
    r"(?:(?:also|really|just|would|do|still|must|am|was|been|further|additionally)\s+)*"
    r"(?:want|wanting|need|needing|like|asking|wish|wonder|wondering|require|insist|demand|request|love\s+to|looking\s+(?:to|for))\b"
)
POLITE = r"(?:please|pls|plz|kindly)"
FILLER = (
    r"(?:(?:and|also|so|ok|okay|oh|hi|hello|hey|well|now|then|but|plus|secondly|thirdly|first|firstly|second|third"
    r"|next|lastly|finally|again|just|sorry|anyway|actually|maybe|perhaps|n|&)\b[\s,:.-]*)*"
)
TURN = (
    r"(?:(?:(?:on\s+)?(?:another|an?\s+other|an?\s+(?:\w+\s+)?(?:different|separate|unrelated|second|further)"
    r"|one\s+(?:more|other|last|further)|(?:a\s*)?last|the\s+other|different|separate|unrelated|next(?!\s+thing\s+i\b))\s+"
    r"(?:thing|question|matter|note|topic|subject|point|request|issue)|(?:not\s+related|unrelated(?:ly)?)(?=\W*[:,\u2013-])"
    r"|something\s+else|apart\s+from\s+(?:this|that)|by\s+the\s+way|btw"
    r"|whil(?:e|st)\s+(?:i|we)(?:['\u2019]?(?:m|re)|\s+(?:am|are|have|['\u2019]?ve))\b|in\s+addition"
    r"|on\s+top\s+of\s+(?:this|that)|another\s+(?:one|thing)|ps|also|plus|besides|additionally|furthermore"
    r"|moreover|separately|secondly|thirdly|lastly|finally|as\s+well\s+as)\b|p\.\s?s\.(?=\s)"
    r"|(?:second|third|fourth|next|then|last|finally)(?:\s+(?:one|thing|question))?\s*[:,.])"
)
ALSO = re.compile(
    rf"^\W*(?:(?:and|oh|ok|but|so|then)\W+)*(?:{TURN}|{POLITE}\s+also\b|(?:{MODAL}\s+(?:you|i|we)|i|we)(?:['\u2019]d)?"
    rf"\s+(?:would\s+)?also\s+(?:{VERB}|want|wanted|need|wish|like|love|ask|know|have\s+(?:a|another)\s+question)\b)",
    re.IGNORECASE,
)
"""A clause that turns to something else."""
IMPERATIVE = (  # a bare verb with its object: "up my limit"
    r"(?!(?:about|above|after|all|also|although|am|among|any|are|as|at|because|before|behind|below|beside|besides|between|both"
    r"|but|by|despite|during|each|every|except|for|from|had|has|have|if|in|inside|into|is|just|like|near|not|of|off|on|once"
    r"|only|onto|or|out|outside|over|past|per|plus|since|so|such|than|that|the|then|though|through|to|towards?|under|unless"
    r"|until|upon|via|was|were|when|where|while|whilst|with|within|without|yet|because|cos|got|lost|sent|paid|bought|saw|took"
    r"|made|had|went|came|left|found|gave|told|said|thought|lent|sold|kept|put in|half|quite|what|which|who|how|why)\b)"
    r"[a-z]{2,}(?<!ed)(?<!ing)(?<!ly)(?<![^s]s)\s+(?:my|our|me|us|the|this|that|these|those|everything)\b"
)
WISH = (  # what ought to be, in the passive or of a thing
    r"\b(?:(?:should|ought\s+to|must|has\s+to|have\s+to|needs?\s+to|is\s+to|are\s+to|to)\s+be\s+\w+(?:ed|en|pt|nt|ut|ck)\b"
    r"|(?:should|ought\s+to)\s+(?!have|be|know|i\b)\w+|needs?\s+\w+ing\b|want\w*\s+(?:\w+\s+){1,3}back\b"
    r"|(?:i|we)(?:['\u2019]?m|\s+am|['\u2019]?re|\s+are)\s+after\s+(?:a|an|the|my|some|\w+ing)\b)"
)
ASKS = re.compile(
    rf"\?|^\W*{FILLER}{IMPERATIVE}|^\W*{FILLER}(?:need|want)\b(?!\s+(?:a\s+hand|help|you)\b)|{WISH}|^\W*{FILLER}(?:{ROOT}\b|(?!when\s+{SUBJECT}\b){WH}\b|{WH_IS}\b|{VERB}\b(?!\s+(?:was|is|has|had|did|does)\b)"
    r"|(?:is|are|was|were|do|does|did|can|could|will|would|should|has)\s+(?!not\b|so\b)\w+\s+\w+"
    r"|any\s+(?:idea|chance|way|news|update|reason)\b|(?:is\s+it\s+)?possible\s+to\b)"
    rf"|\b(?:{POLITE}(?!\s+(?:do\s+not|don['\u2019]?t|never)\b)|tell\s+me|let\s+me\s+know|{MODAL}\s+(?:you|u)|would\s+you\s+mind|{NEED}"
    r"|(?:and|but|so)\s+(?:\w+\s+)?(?:need|want|would\s+like)|(?:like|wants?|wanted)\s+to\s+know)\b"
    rf"|(?:n['\u2019]?t|cannot|not|to)\s+(?:know|find|see|understand|sure)\s+(?:out\s+)?{WH}\b"
    rf"|^\W*{FILLER}(?:if|when|once|after|before)\b.*\b{ROOT}\b"
    rf"|\b{WH}\s+(?:\w+\s+)?(?:{ROOT}|(?:is|are|do|does|can)\b)|\b(?:can|could|(?-i:may)|should)\s+(?:i|we|she|he|they)\s+(?!not\b)\w",
    re.IGNORECASE,
)
"""A clause that asks a question or for something to be done."""
ORDERS = re.compile(
    rf"^\W*{FILLER}(?!(?:have|enjoy|give|say|keep|bless|love|hope|see|hate)\b){IMPERATIVE}", re.IGNORECASE
)
"""A sentence that begins with an order, but for those of good wishes."""
TROUBLE = re.compile(
    r"n['\u2019]t\b|\b(?:not|no|never|nothing|nobody|none|cannot|cant|wont|dont|didnt|doesnt|isnt|hasnt|still|without"
    r"|wrong|mistake|error|problem|strange|unknown|old|fail\w*|declin\w+|refus\w+|reject\w+|block\w*|locked|stopped"
    r"|lost|stolen|stole|nicked|hacked|missing|gone|vanished|disappeared|stuck|swallowed|ate|kept|broken|cracked"
    r"|damaged|worn|expir\w+|forgot\w*|pending|late|waiting|twice|double|two\s+times|overcharged|charged|fee|less"
    r"|instead|return\w+|revers\w+|cancel\w+|overdue|delayed|incorrect|unable|duplicate|suspicious|pretend\w+|recogni[sz]e"
    r"|unauthori[sz]ed|fraud\w*|scam\w*|some(?:one|body)|crash\w*|frozen|freez\w+|dead|faulty|snapped|ripped|torn|peel\w+|loose"
    r"|dearer|invalid|nowt|zilch|nothings?|\w+nae|short|knocked\s+back|bounced|insult\w*|rude\w*|complain\w*|unhappy|grievance|fake"
    r"|extra|keeps?|seems?|should(?:['\u2019]ve|\s+have|\s+be)|(?:mis)?spel(?:t|led)|ignor\w+|dreadful|awful|rubbish|useless|terrible|weird|odd|too\s+(?:much|little|low|small|high|many|early|soon)|a\s+day\s+early|debited|took|spent|expensive)\b",
    re.IGNORECASE,
)
"""Words with which a customer tells of something that is not as it should be."""
OPENER = (
    rf"(?:(?:then|finally|lastly|maybe|perhaps|if\s+so)[\s,]+)*"
    rf"(?:{WH}\b|{WH_IS}\b|whether\b|{ROOT}\b|{POLITE}\b|{VERB}\b|{NEED}|{TURN}|any\s+(?:idea|chance)\b"
    r"|(?:if|i|we|i['\u2019]?(?:m|ve|d)|he|she|my|our|his|her|their|the|there|there['\u2019]?s|it|they|your|someone|somebody|one|another|an?)\b"
    r"|(?-i:[A-Z])[\w'\u2019]+\s)"
)
"""What a clause can begin with, behind a conjunction."""
SUBORDINATE = (
    rf"^\W*{FILLER}(?:if|when|whenever|once|since|because|although|though|unless|while|as|after|before|in\s+case"
    r"|in\s+regards?|regarding|concerning|with\s+regards?|assuming|suppose|supposing|given|for)\b[^,]*$"
)
"""A clause that waits for its main clause."""
UNFINISHED = re.compile(  # what follows is its object, its subject or its main clause
    rf"{SUBORDINATE}"
    rf"|\b{WH}(?:\s+(?!{AUXILIARY}\b)[\w'\u2019-]+){{0,4}}\s*$"
    r"|\b(?:know|wonder|wondering|see|say|says|said|tell|told|me|us|understand|sure|idea|explain|ask|asked|asking|about"
    r"|of|to|on|for|with|at|in|by|from|that|than|as|if|when|while|because|whether|find|out"
    r"|(?<!identity )(?<!the )(?<!a )check|confirm|and|or|but|not"
    r"|so|like|there|here|who|which|all|everything|something|anything|the|an?|my|your|is|are|was|were|am|be|do|does|did"
    r"|can|could|would|will|should|i|you|u|we|they|he|she|please|pls|also|then|just|before|after|until|since|though"
    r"|although|even|much|many|it['\u2019]?s|i['\u2019]?m|really|already|now|still|only|n)\W*$",
    re.IGNORECASE,
)
"""A clause that cannot end here."""

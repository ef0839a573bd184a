"""Patterns of sentences that say that something was done: in each tense and person, without a verb, or in other words.

`<PAST>`, `<ING>` and `<BASE>` stand for the forms of the verbs that a desk may claim, `<THING>` for the nouns of what
it changes, the other names in `<>` for a part below. `verb` is the group of what was done, `aux` that of the word
before which a conjunction or a denial stands.
"""

import re
from collections.abc import Mapping

from desk.text.verbs import PAST

PARTS = {
    "<HOW>": (
        r"(?:(?:now|just|already|also|hereby|herewith|today|then|even|both|all|of course|at once|as promised|as of now"
        r"|since|not (?:only|just|merely)|[a-z]{2,}ly|straight away|right away)[, ]+){0,3}"
    ),
    "<US>": (
        r"(?:we|i|one of us|some(?:one|body) (?:here|of us|at the desk)|(?:our|the|my) (?:[a-z]+"
        r" )?(?:team|colleagues?|desk|system|bank|clerks?)|a colleague|harbour|support"
        r"|security)"
    ),
    "<OURS>": r"(?:your|the|this|that|his|her|both|all|these|those)",
    "<OVER>": (
        r"(?:on (?:its|the|their) way|under ?way|in progress|complete|through|in the (?:post|mail)|in place|in effect"
        r"|in hand|taken care of|dealt with|all set|final|effective|approved|confirmed|sorted|finished|successful"
        r"|(?:done|fixed|settled|closed|solved|granted)(?! (?:on|in the|under|at|by|online|once|per|via|with the)\b))"
    ),
    "<TAIL>": (
        r"(?:now|today|for you|at once|already|successfully|immediately|right away|as (?:you )?(?:asked"
        r"|requested|wished)"
        r"|to [^ ]+|with [^ ]+ [^ ]+|and\b.*|just now|[a-z]{2,}ly)"
    ),
    "<START>": (
        r"(?:^|(?<=[,:-] ))(?:(?:ok|okay|yes|sure|great|good news|hi|hello|and|so|all|now|certainly|of course|right)"
        r"[,!: -]+)*"
    ),
    "<MONEY>": r"(?:money|refund|sum|amount|funds?|cash)",
    "<NOMINAL>": (
        r"(?:refund|freeze|freezing|block|blocking|closure|closing|replacement|cancellation|reversal|reissue|opening"
        r"|dispute|new limit|order)"
    ),
    "<IRREGULAR>": "|".join(PAST.values()),
}
"""Parts of patterns; "now", "already" and their like stand anywhere in a verb."""

FIRST_PERSON = (
    r"\b(?:we|i)(?:'ve|'d| have| had)? <HOW>(?:(?:gone|went) ahead and <HOW>)?(?P<verb><DONE>)\b",
    r"\b(?:we|i)(?:'ve| have)? (?:taken the|took the) liberty of (?P<verb><ING>)\b",
    r"\b(?:we|i)(?:'ve| have)? (?:managed to|did <HOW>|been able to) ?(?P<verb><BASE>)\b",
    r"\b<US>(?:'s|'ve| has| have| had)? <HOW>(?P<verb><PAST>)\b",
    r"\b<US>(?:'re|'m|'s| are| am| is)(?: going ahead and| busy| in the process of)? <HOW>(?P<verb><ING>)\b",
    r"\b<US> (?:have|has) been <HOW>(?P<verb><ING>)\b",
    r"\b(?:we|i) (?:hereby|herewith|now) (?P<verb><BASE>)\b",
    r"\b(?:we|i)(?:'ve| have| had)? (?:had|got|have|gotten) <OURS> (?:[a-z]+ ){1,4}?(?P<verb><PAST>)\b",
    r"\b(?:us|me|we|one|person|team|desk|bank) who <HOW>(?:have |has )?(?P<verb><PAST>) (?:your|the|it|this|that)\b",
    r"\bhaving <HOW>(?:been )?(?P<verb><PAST>)\b",
    r"\bwhat (?:we|i)(?:'ve| have)? (?:done|did) (?:is|was)\b[^,;]{0,40}",
    r"\b(?:consider|deem|regard|count) (?:it|that|this|<OURS> (?:[a-z]+ ){1,3}?)(?:as )?\s?(?P<verb><PAST>|gone)\b",
    r"\b(?:nobody|no one|no-one) can (?:use|pay with|spend with) (?:your|the) card (?:now|any ?more|any longer)\b",
    r"\b(?:you|we) (?:now|already) have (?:a|your|the) ",
    r"\b(?:my|our) [a-z]+ (?:[a-z]+ )?(?:have |has )?(?P<verb><PAST>) (?:your|the|it|this|that)\b",
    r"\b<US>(?:'re|'m| are| am| is) (?:in the middle of|about to|on the point of) (?P<verb><ING>|<BASE>)\b",
    r"\b(?:decided|chosen|agreed|able|glad|happy|pleased|delighted) to (?:have )?(?P<verb><PAST>)\b",
    r"\b(?:decided to|(?:my|our|a) pleasure to) (?P<verb><BASE>)\b",
    r"\b(?:we|i) (?:hereby )?(?:grant|award) you\b",
    r"\b(?:think of|treat|see|take) (?:it|this|that|the matter|your [a-z]+) as (?:done|closed|settled|<PAST>)\b",
    r"\byour <THING>, (?:now |already )?(?P<verb><PAST>)\b",
    r"^(?:have |went and |gone and )(?P<verb><PAST>) (?:your|the|it|this|that)\b",
)
"""Claims in any sentence that does not make them a condition."""

PASSIVE = (
    r"(?P<aux>\b(?:has|have|had|'s|'ve)) <HOW>been <HOW>(?P<verb><PAST>)\b",
    r"(?<=[a-z])(?P<aux>'s|'ve) <HOW>been <HOW>(?P<verb><PAST>)\b",
    r"(?P<aux>\b(?:was|were|got)) <HOW>(?P<verb><PAST>)\b",
    r"(?P<aux>\b(?:will|'ll) <HOW>have been) <HOW>(?P<verb><PAST>)\b",
    r"(?P<aux>\b(?:is|are)|'s|'re) <HOW>being <HOW>(?P<verb><PAST>)\b",
    r"\b(?:it|<OURS> (?:[a-z0-9]+ ){1,4}?) ?(?P<aux>is|are) (?:now|already|hereby|as of now) <HOW>(?P<verb><PAST>)\b",
    (
        r"\b(?:your|the|this|that|a) (?:[a-z]+ ){0,3}?<THING>(?P<aux> (?:has |have )?<HOW>(?:went|gone"
        r"|come|came|taken|took))"
        r" (?:through|out|back|effect|in|up|down|live)\b"
    ),
    (
        r"(?:\b(?:it|this|everything|all|matter|rest)|(?:^|(?<=[,:] )|(?<=and )|(?<=so ))(?:that"
        r"|which))(?P<aux>'s| is| are| has| was) <HOW>(?:been )?<HOW><OVER>"
    ),
    r"\byou(?P<aux>'re| are) <HOW>(?:all set|sorted|covered|good to go|all good|set)\b",
    (
        r"\byou(?:'ve| have)? (?P<aux>now have|already have|just received|have <HOW>received|got"
        r"|received) (?:a|your|the)"
        r" (?:[a-z]+ )?(?:refund|credit|replacement|money)\b"
    ),
    (
        r"\byour (?:[a-z]+ ){0,3}?(?P<aux>(?:no longer|not) (?:works?|valid)|is no longer|has stopped|stopped) ?"
        r"(?:working|active|usable|valid|in use)?"
    ),
    (
        r"\byour (?:[a-z]+ ){0,3}?"
        r"(?P<aux>(?:is|are|stands at|was) now|now stands|now is|has now|has become) "
    ),
    r"\byour new (?:daily |card |spending )*(?P<aux>limit is)\b",
    r"\b(?:the|your|a) (?:refund|replacement|new card|money)(?P<aux> has| have)?(?:(?: has| have)? left| is out)\b",
    r"\b[0-9][0-9.,]*(?: pounds| quid| gbp)?(?P<aux> is| are| went| has gone) <HOW>(?:on (?:its|the|their) way|back)\b",
    (
        r"\b(?:a|the) (?:dispute|case|claim|chargeback)(?P<aux> is| exists| stands) <HOW>(?:open|running"
        r"|on file|for this)\b"
    ),
    r"\bthere(?P<aux>'s| is| are) now (?:a|an)\b",
    (
        r"\b(?P<aux>confirm(?:s|ed|ing)?|confirmation of|pleased to report|happy to report) (?:your|the)"
        r" (?:[a-z]+ ){0,2}?"
        r"<NOMINAL>\b"
    ),
)
"""Claims in a main clause that is not denied and not asked."""

PRESENT = (
    (
        r"\b(?:your|the|this|that) (?:(?!should|must|may|might|can)[^,;]){0,60}?(?P<aux>\b)(?:from now on"
        r"|from today|effective immediately|by now"
        r"|with immediate effect|as of (?:now|today|this minute)|as we speak|as i write)\b"
    ),
    (
        r"\b(?:from now on|from today|effective immediately|with immediate effect|as of (?:now|today|this minute)),? "
        r"(?P<aux>\b)(?:your|the|this|that)\b"
    ),
    (
        r"\b(?:your|the|a) (?:refund|replacement|new card|credit)(?: of [^,]{1,20})? (?P<aux>arrives?|will arrive|comes"
        r"|will come|will reach|is coming|follows|lands|is due|should)\b"
    ),
    r"\b(?P<aux>expect|await) (?:your|the) (?:refund|money|new card|replacement)\b",
    r"\byou (?P<aux>should) (?:already |now )?(?:see|have|find) (?:your|the) (?:refund|money|credit|new card)\b",
    r"\b(?:the|your) money (?P<aux>will be|should be) (?:already |now )?(?:with you|in your|back|on your)\b",
    r"\byou(?P<aux>'re getting| are getting| get) (?:your|the) (?:money|refund|cash)\b",
    r"\b(?:your|the|this) <THING> (?P<aux>shows?|appears?|stands?|is shown) as (?P<verb><PAST>)\b",
    (
        r"\b(?P<aux>reference|receipt|confirmation|number)(?: number)? (?:for|of) (?:your|the|this)"
        r" (?:[a-z]+ )?<NOMINAL>"
        r"|\byour (?:dispute|refund|case|claim) number is\b"
    ),
    (
        r"\b(?:your|the) card (?P<aux>can no longer|(?:can't|cannot|won't|will not|does not|doesn't)"
        r"(?= [^,;]{0,30}\b(?:now|any ?more|any longer|from now on)\b))"
    ),
    r"\b(?:thief|thieves|anybody|anyone) (?P<aux>can no longer|(?:can't|cannot)(?= [^,;]{0,30}\bnow\b))",
    r"\b(?:useless|worthless) (?P<aux>to) [^,;]{0,20}\bnow\b",
    r"\byour (?:[a-z0-9]+ ){0,4}?(?P<aux>is|are|'s|stands|remains|stays) <HOW>(?P<verb><PAST>)\b",
    r"\byour (?:[a-z0-9]+ ){0,4}?(?P<aux>is|are|'s) <HOW>(?:off|dead|inactive|unusable|void|out of action|history)\b",
    r"\byour (?:dispute|case|claim|complaint|chargeback) (?P<aux>is|are) <HOW>(?:open|running|with us)\b",
    r"\b(?:your|the) new <THING> (?P<aux>applies|holds|is valid|counts|takes effect)\b",
    r"\byou(?P<aux>'re| are) <HOW>(?:being )?(?P<verb>refunded|credited|reimbursed|compensated|repaid|paid)\b",
    r"\byour (?:[a-z0-9]+ ){0,4}?(?P<aux>will be|is to be|is going to be|'ll be) <HOW>(?P<verb><PAST>)\b",
    (
        r"\b(?:we|i)(?P<aux>'ll| will| shall|'re going to| are going to|'m going to| am going to|'re about to) <HOW>"
        r"(?P<verb><BASE>)\b"
    ),
    (
        r"\byou(?P<aux>'ll| will| shall) <HOW>(?:receive|get|have|be (?:paid|refunded|credited)) ?(?:a|your|the)? ?"
        r"(?:[a-z]+ )?(?:refund|money|credit|replacement|back)\b"
    ),
    (
        r"\b(?:your|the|this|that|a|new) (?:[a-z]+ ){0,3}?<THING>(?: [a-z]+){0,2}? ?(?P<aux>is|are|'s|has|have) <HOW>"
        r"(?:been )?<OVER>"
    ),
    (
        r"\b<OURS> (?:new |full )?<MONEY>(?: of [^,]{1,20})?(?P<aux> is| are| has| have|'s) <HOW>"
        r"(?:back|arrived|landed|there|with you|yours)\b"
    ),
    r"\bwith your (?:[a-z]+ ){1,3}?(?P<verb><PAST>)\b",
    r"\b(?:find|see|have|get) (?:your|the) (?:[a-z]+ ){1,3}?(?P<verb><PAST>)(?= ?(?:now|already|$|[.!,]))",
    r"^(?:please )?(?:rest assured|know|note)?(?: that)? ?(?:the|this|that) <THING> (?P<aux>is) (?P<verb><PAST>)[.!]?$",
    (
        r"\b(?:find|assured|confirm|tell you|see|know) (?:that )?(?:the|this|that|it) (?:[a-z]+"
        r" ){0,2}?(?P<aux>is|are) <HOW>"
        r"(?P<verb><PAST>)\b"
    ),
)
"""Claims where no part of the sentence is a condition: "your card is frozen", "we will refund it"."""

FRAGMENTS = (
    (
        r"<START>(?:your |the |this |both |old |new |a |one )*<THING>s?(?: (?:card|order|ending [0-9]+"
        r"|number|request))*"
        r" ?[:-]? ?<HOW>(?P<verb><PAST>)(?: <TAIL>)*[.!,:]*(?=$|[,:] | -)"
    ),
    (
        r"<START>(?:the |your |this |that )?(?:deed|wish|job|mission|problem|matter|thing|issue|case"
        r"|request|task|order)s?"
        r" (?:is |was |has been |are )?(?:now )?(?:a )?(?:done|completed?|granted|solved|closed|settled"
        r"|fixed|finished)\b"
    ),
    r"\b(?:it's|it is|that's|this is) a done deal|what you (?:asked|wanted|wished)(?: for)? (?:is|was|has been) done\b",
    r"<START>(?:all |both )?taken care of\b|<START>(?:refund|limit|block|freeze)(?: is)?:? (?:now|out|in place)\b",
    r"<START>new (?:one|card) (?P<verb><PAST>)(?: <TAIL>)*[.!]*$",
    (
        r"<START><HOW>(?P<verb><PAST>)(?:!| (?:your|it|as|for you|just|is your|is the|are your)\b.*"
        r"|[.]?$|: ?(?:your|the) .*)"
    ),
    r"^(?:now |already |successfully )?(?P<verb><PAST>),",
    (
        r"<START>(?:all |it's |that's |already |well |nicely )*(?:done|sorted|fixed|finished|completed?|success(?:ful)?"
        r"|settled|arranged|all set|job done|mission accomplished)(?:[.!,]|$| -| as\b| for you)"
    ),
    (
        r"<START><HOW>(?P<verb><ING>) (?:your|it|the|this|that|you) ?(?:[a-z0-9]+ ){0,3}?(?:[a-z0-9]+)?"
        r"(?: <TAIL>| right now)*[.!]*$"
    ),
    r"\b(?:status|result|outcome|action|update)(?: taken)? ?: ?(?:[a-z]+ ){0,3}?(?P<verb><PAST>)\b",
    (
        r"\b(?:<ING>|<THING>)(?: of your [a-z]+| your [a-z]+)? ?[:-]? (?:done|complete|completed"
        r"|successful|confirmed)[.!]*$"
    ),
)
"""Claims without a finite verb: "Card frozen.", "Done!", "Freezing your card now"."""

MORE = (
    r"\b(?:and|or|then|plus|as well as|,) (?:<HOW>(?P<verb><PAST>)\b(?! <THING>s\b)|(?:a |the |your |one )?"
    r"(?:new |old |second |other )?(?:one|<THING>) (?P<other><PAST>)(?=[ .!]*$| too\b| as well| for you| to ))"
)
"""What follows a claim in its sentence: "... and refunded the payment", "... and a new one ordered"."""


def filled(pattern: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """Return a pattern with its parts, and these words, in their places."""
    for name, part in (*words.items(), *PARTS.items()):
        pattern = pattern.replace(name, part)
    return re.compile(pattern)

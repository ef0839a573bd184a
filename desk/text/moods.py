"""Moods of English sentences: patterns for questions, cases, denials, second thoughts, other times, other people.

Each errs on the side of a doubt: what it finds makes a person look, and what it misses may be carried out.
"""

import re

PLEASE = r"(?:please|pls|plz|plse|kindly)"
ASKS_ABOUT = re.compile(
    r"^(?:\W|(?:and|but|so|also|or|then|hi|hello|just|ok|well|please|pls|sorry|now|btw)\b)*"
    r"(?:how|what|what's|when|where|where's|why|which|who|who's|whose|whom|should|shall|do|does|did|is|isn't|are|was"
    r"|were|am|(?<!please )(?<!pls )(?<!and )(?:has|have|had)|must|may|might|can|could|will|would|any (?:way|chance"
    r"|idea))\b(?!'t\b)",
    re.IGNORECASE,
)
WONDERS = re.compile(
    r"\b(?:wonder\w*|curious|(?:like|want|need|love) to (?:know|understand|learn|ask (?:about|how|if|whether))"
    r"|(?:tell|let) (?:me|us)(?: know)? (?:if|whether|how|what|when|where|why|which|about)|whether|any idea"
    r"|(?:a|one|my|only|quick|general) question|asking (?:if|whether|how|about|for a friend))\b",
    re.IGNORECASE,
)
SUPPOSES = re.compile(
    r"\b(?:if(?! possible)|unless|suppos\w+|imagin\w+|hypothe\w+|theoretic\w+|in theory|assum\w+|in case"
    r"|in the (?:event|case)|provided"
    r"|let(?:'s| us) say|what if|might|maybe|perhaps|probably|possibly|consider\w*|thinking (?:of|about)|think about"
    r"|thought (?:of|about)|toying|tempted|some ?day|one day|one of these days|(?:be|is) nice|not sure|unsure"
    r"|undecided|depend\w*"
    r"|were (?:i|you|my|it)\b|would have|wish i (?:could|had)|ever|otherwise|whenever|either|as long as)\b"
    r"|(?:^|[.,;!?]\s*)(?:should|had|say|say,)\s+(?:i|my|the|it|we|he|she|they|somebody|someone|anyone|anything|that"
    r"|there)\b",
    re.IGNORECASE,
)
SUPPOSES_ALL = re.compile(  # said at the start, it holds for the sentences after it as well
    r"(?:^|[.!?\n]\s*)(?:\w+\W+){0,2}?(?:suppos(?:e|ing)|imagine|hypothe\w+|theoretic\w+|in theory|assum(?:e|ing)"
    r"|let(?:'s| us) say"
    r"|what if|pretend|for the sake of argument|purely|just theoretically)\b",
    re.IGNORECASE,
)
NOT_MEANT = re.compile(  # said anywhere, it holds for the whole: jokes, tests, fiction, what others wanted said
    r"\b(?:(?:it|this|that|which|all)(?:['\u2019]?s| is| was| would be)|(?:^|(?<=[.!?\n]))\s*(?:just|only|was|is))"
    r"(?: \w+){0,2}? (?:a|an|my|the|for my|for an?|from an?) (?:\w+ )?"
    r"(?:joke|prank|bet|test|example|exercise|experiment|drill|dream|thought|quote|homework|lesson|essay)"
    r"(?=\s*(?:[.!?,\n\u2026]|$))"
    r"|\b(?:line|sentence|scene|quote|words) (?:from|out of) (?:a|an|my|the)\b"
    r"|\bin (?:a|an|my|the) (?:\w+ )?(?:dreams?|film|movie|play|novel|story|sketch|song)\b"
    r"|\bsaid (?:nobody|no one|no-one) ever\b"
    r"|\b(?:am|'m|was|were|are|'re) (?:\w+ )?(?:test|practi[sc]|rehears|kidd|jok|pretend|play-?act|quot)ing\b"
    r"|\b(?:said|says|told me|tells me|asked me|wants me|wanted me|made me|dared me)(?: that)?"
    r"(?: (?:i|we) (?:should|must|had|have|ought))?(?: to)? (?:say|write|type|send|ask|try) (?:this|that|it|so|you)\b"
    r"|\b(?:at least|or )?so (?:my|his|her|our|their) \w+ (?:thinks?|says?|said|believes?|claims?)\b"
    r"|\bmy \w+ (?:thinks|says|said|believes|claims) so\b",
    re.IGNORECASE,
)
ONLY_THEN = re.compile(
    r"(?:^|[.!?\n]\s*)(?:but |and )?"
    r"(?:only (?:on|after|from|before|until|till|if|when|once|in|at|for|during|provided)\b"
    r"|(?:when|once|unless|until|till|as soon as|after|before"
    r"|if(?! (?:possible|you can|you could|that|it's ok|need)\b))(?: [\w'\u2019-]+){1,5}[.!\u2026]*(?:\n|$))",
    re.IGNORECASE,
)
"""A condition in a short sentence of its own, which holds for the one before."""
NOT = (
    r"(?:not|never|n't|dont|doesnt|didnt|wont|no|nor|without|instead of|rather than|nobody|none|neither|refus\w+"
    r"|avoid"
    r"|against|stop)"
)
DENIED = re.compile(rf"(?:\b|(?<=\w)(?=n't)){NOT}(?:[\s,]+(?!i\b|we\b)[\w']+){{0,3}}[\s,]*$", re.IGNORECASE)
FORBIDS = re.compile(
    rf"(?:^|[.,;:!?\u2013\u2014]\s*|\b{PLEASE}[\s,]+|\b(?:but|and|so|or|you|must|should|need|whatever you do)\s+)"
    r"(?:do not|don't|dont|do n't|never|must not|mustn't|should not|shouldn't|need not|needn't|no way"
    r"|under no circumstances"
    r"|on no account)\b",
    re.IGNORECASE,
)
DENIED_WITHIN = re.compile(r"\b(?:not|never|no|nor|without)\b|n't\b|\bdont\b", re.IGNORECASE)
DENIED_AFTER = re.compile(
    r"^[^.!?;\n]{0,60}?\b(?:is|are|was|were|isn't|aren't|wasn't)?\s*(?:not|n't|isn't|wasn't|aren't|no longer)\s*"
    r"(?:what (?:i|we)|necessary|needed|required|wanted|wished|my (?:wish|intention)|an option|the (?:aim|point))",
    re.IGNORECASE,
)
TAKES_BACK = re.compile(
    r"\b(?:never ?mind|nvm|forget (?:it|that|this|about|the above|my|what)|scratch that|scrap (?:that|it|this)"
    r"|disregard"
    r"|ignore (?:this|that|it|my|the above|the|what)|chang\w+ (?:my|our) minds?|second thoughts?|false alarm|hold on"
    r"|hang on"
    r"|take (?:that|it|this|all that|my \w+) back|take back|took back|withdraw (?:my|the|this"
    r"|that) (?:\w+ )?(?:request|order|wish|message)"
    r"|(?:no|any) (?:longer|more) (?:necess|need|requir|want|wish|appl)\w*|not (?:necessary|needed|required) (?:any"
    r"|now)\w*"
    r"|cancel (?:my|that|the|this) (?:\w+ )?(?:request|order|wish|message|closing|freeze|dispute|refund|replacement)"
    r"|(?:have |'ve |has )?found (?:it|my|the|him|her|them)|turn(?:ed|s) up|(?:here|there) it is"
    r"|got it(?: back)?\b(?! wrong)"
    r"|correction|edit:|update:|on reflection|come to think|off the table|leave (?:everything|it|things|all)\b"
    r"|keep (?:it|everything|things) (?:open|at|as|active|on)|(?:leave|keep|stays?|everything"
    r"|remains?)\b[^.!?\n]{0,30}? as (?:it|everything|they) (?:was|were|is|are|stands?)\b"
    r"|undo\b|drop (?:it|that|this|the)\b|call (?:it|that) off|my (?:mistake|bad|error)|misread|mistaken"
    r"|sorry,? (?:wrong|no|false)"
    r"|(?:just|only|was|am|'m) (?:kidding|joking)|hold off|not (?:quite )?yet\b[.!]"
    r"|wrong (?:bank|chat|window)|(?:all|everything) (?:is )?(?:fine|good|ok|okay|sorted"
    r"|settled|solved)(?: now)?"
    r"|(?:has|have|had|is|was|been) (?:already )?(?:sorted|settled|resolved|solved|paid (?:it|me|us) back|paid back)"
    r"|(?:had|have|'ve|'d) (?:asked|requested|ordered|wanted|told you)|wanted to ask)\b"
    r"|(?<!people )(?<!they )(?<!we )(?<!i )(?<!you )(?<!to )(?<!can't )\bwait\s*[.,!;\u2026-]"
    r"|^\s*wait\b(?! (?:until|till|for))|(?:^|[.,;!?\u2013\u2014-]\s*)(?:oh|ah|hmm+|um+"
    r"|no)[\s,.!]+(?:wait|no|don't|keep|not|i|it|here|leave|sorry)\b"
    r"|\bactually[\s,]+(?:no|not|don't|scrap|scratch|it's|i|leave|keep|let|forget|never)\b|\bsorry[,!. ]+(?:my"
    r"|it was|i)\b",
    re.IGNORECASE,
)
LATER = re.compile(
    r"\b(?:tomorrow|tonight|later|eventually|soonish|someday|another (?:day|time)|next (?!to\b|door\b|of\b)\w+"
    r"|this (?:evening|weekend|afternoon)"
    r"|(?:on|by|from|before|until|till|after|since|starting|beginning|come) (?:next |the |this )?(?:mon|tues|wednes"
    r"|thurs|fri|satur|sun)day"
    r"|(?:in|within|after) (?:about |around |roughly )?(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|some"
    r"|several|\d+|a few|a couple of)"
    r"\s+(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|fortnight)"
    r"|(?:at|around|by|before|after|from|until|till) (?:\d{1,2}(?:[:.]\d{2})?\s?(?:am|pm|o'?clock|h)\b"
    r"|\d{1,2}[:.]\d{2}|midnight|noon|midday|christmas|easter|new year)"
    r"|(?:at|by|towards|from|until|till|after|before) the (?:end|start|beginning|middle|close|turn|weekend"
    r"|holidays?)|end of (?:the|this|next)"
    r"|(?:in|by|from|during|until|till|before|after|of) (?:early |late |mid-?)?(?:january|february|march|april|may"
    r"|june|july|august|september|october|november"
    r"|december|spring|summer|autumn|winter|christmas)|(?:on|from|before|by|until|till|after) (?:the )?\d{1,2}(?:st"
    r"|nd|rd|th)?(?: of)?"
    r"(?: (?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december))?\b(?!\s*(?:pounds?|gbp|quid|,?\d|\.\d))"
    r"|(?:the|this|that|from) (?:day|moment|week|month|minute|evening|morning) (?:i|we|my|the|when|that)"
    r"|not (?:now|yet|today|before|earlier|until|till)|wait (?:until|till|for)|(?:until|till)(?! further notice)"
    r"|during|overnight|temporarily|for (?:an?|the|the next|[a-z]+|\d+)\s?(?:\w+ )?(?:hours?|days?|weeks?|months?"
    r"|while))\b",
    re.IGNORECASE,
)
"""Times other than now, where an act is named."""
AWAITS = re.compile(
    r"\b(?:when|whenever|once|as soon as|after|before|until|till|the (?:day|moment|minute))\s+(?:i|we|my|our|the|you"
    r"|your|he|she|they|it|that|this|an?|everything|all)\b"
    r"(?!\s*(?:possible|can\b))",
    re.IGNORECASE,
)
"""Events that an act would wait for."""
HURRIES = re.compile(
    r"\b(?:(?:now|at once|asap|right away|straight away|urgently|quick(?:ly)?)\b(?:[\s,!]+(?:please|pls|plz))?[\s,!]+"
    r"|(?:immediately|instantly)\b[^.?;\n]{1,30}?\s)before\s+(?!(?:you|your)\b)",
    re.IGNORECASE,
)
"""An event that an act now shall forestall: "now before they empty my account"."""
PUT_OFF_AT_START = re.compile(
    r"(?:^|[.!?\n,]\s*)(?:but\s+|only\s+|please\s+){0,2}(?:not (?:now|yet|today|before|until|till)\b"
    r"|tomorrow\b(?! (?:i|we|is|my)\b))",
    re.IGNORECASE,
)
CUT_DOWN = re.compile(
    r"\b(?:half|halve|quarter|thirds?|fifth|part(?:ly|ial|ially)?|portions?|share|fraction|some (?:of|money)"
    r"|up to \d|a bit of"
    r"|per ?cent|percent(?:age)?"
    r"|differences?|remainder|the rest|except|excluding|apart from|other than|but not|only (?:for|the|on|in|at|when"
    r"|from|against)"
    r"|just (?:for|the|on|in|at|when|from)|[\d.,]*\d\s+(?:out )?of\s+(?:the|my|these|those|that)|for (?:online"
    r"|purchases|payments|shops?|withdrawals?|contactless))\b|\d\s?%",
    re.IGNORECASE,
)
PEOPLE = (
    r"(?:mother|mum|mom|mam|father|dad|daddy|parents?|sister|brother|siblings?|son|daughter|child|kids?|children"
    r"|wife|husband|partner"
    r"|spouse|fianc\w+|girlfriend|boyfriend|ex|friend|mate|flatmate|roommate|housemate|neighbou?r|colleague"
    r"|co-?worker|boss|employe[er]"
    r"|accountant|advis[eo]r|lawyer|solicitor|landlord|tenant|uncle|aunt|auntie|cousin|nephew|niece|gran|grandma"
    r"|grandmother|grandpa"
    r"|granddad|grandfather|grandson|granddaughter|nan|nanny|carer|client|customer|teacher|doctor|guy|man|woman|lady"
    r"|girl|boy|person"
    r"|people|police(?:man|woman)?|officer|(?:mother|father|sister|brother)-in-law)"
)
SPEAKERS = (
    rf"(?:{PEOPLE}|shop|seller|merchant|store|cinema|centre|company|assistant|caller|chatbot|bot|app|video|article"
    rf"|forum|website|leaflet"
    r"|letter|e-?mail|message|text)"
)
SAY = (
    r"(?:says?|said|saying|tells?|told|telling|thinks?|thought|believes?|suggest\w*|advis\w+|recommend\w*|insist\w*"
    r"|urge[sd]?|demand\w*|expect[s]?"
    r"|wants?|wanted|wishes|asks|asked|claims?|claimed|keeps|kept|reckons?|needs?|needed|prefers?|would (?:like|love"
    r"|prefer)|begs?|begged|orders?|ordered me)"
)
REPORTED = re.compile(
    rf"\b(?:he|she|they|everyone|everybody|someone|somebody|people|(?:my|our|his|her|their|your|the|an?|this"
    rf"|that)\s+(?:[\w'-]+\s+){{0,2}}?{SPEAKERS}s?)"
    rf"\s+(?:[\w']+\s+)?{SAY}\b|\baccording to\b|\bon (?:behalf|request) of\b|\b(?:says|said|thinks|wrote"
    rf"|insists) (?:my|our|the|he|she|they)\b|\bin (?:his|her|their) name\b",
    re.IGNORECASE,
)
OTHERS = (
    rf"(?:\b(?:his|her|their|someone else's|somebody else's)\b|\b{PEOPLE}s?'s?(?!\s+(?:been|gone|got|just|not|a|the"
    rf"|now|also|still|already)\b)"
    r"|\b(?-i:[A-Z][a-z]+)'s)(?:\s+[\w'-]+){0,2}?\s+"
)
"""What stands before a thing that is not the writer's."""
LOST_BY_OTHERS = re.compile(
    rf"\b(?:my|our|the|an?)\s+(?:[\w'-]+\s+){{0,2}}?{PEOPLE}s?\s+(?:has |have |had )?(?:just |also )?"
    r"(?:lost|lose[sd]?|mislaid|forgot|dropped|broke|left|wants?|wanted|needs?|needed|wishes|would like|asks?|asked"
    r"|was|were|got|has been|is being)\b"
    r"|\b(?:hers|theirs)\b|\b(?:refund|reimburse|pay|send|give)\s+(?:her|him)\b",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:was|were|has|have|had|'s been|did|didn't|took|taken|stolen|stole|lost|left|went|gone|came|paid|bought"
    r"|ordered|made|got|nicked|broke|sent|said"
    r"|ago|yesterday|last|[a-z]{3,}ed)\b",
    re.IGNORECASE,
)
"""Signs that a clause tells of what has happened."""
PERFECT = re.compile(r"\b(?:have|has|'ve)\b", re.IGNORECASE)
"""Signs of what will have happened by then: "once I have moved"."""

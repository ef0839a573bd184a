-- Everything Baton keeps, in one file. Times are Unix seconds; JSON is TEXT.
CREATE TABLE about (
    name TEXT PRIMARY KEY,                    -- database_id: a random word, noted in the home too; what is known of
                                              -- endpoints: abilities:VERSION:ADDRESS:MODEL and pace:ADDRESS
    value TEXT NOT NULL
);

CREATE TABLE runs (
    thread_id TEXT NOT NULL,
    run INTEGER NOT NULL DEFAULT 1,           -- a thread sees many runs, one after the other
    graph TEXT NOT NULL,
    origin TEXT NOT NULL,                     -- run | library | server
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'waiting', 'done', 'dead_lettered', 'failed')),
    input TEXT,
    context TEXT NOT NULL DEFAULT '{}',
    fingerprint TEXT,
    line INTEGER,                             -- of the file the run came from
    recoveries INTEGER NOT NULL DEFAULT 0,    -- times a run was taken over from a process that died
    fence INTEGER NOT NULL DEFAULT 0,         -- grows with every claim; a stale holder is refused
    holder TEXT,
    lease_until REAL NOT NULL DEFAULT 0,      -- on the steady clock, which no one can set back
    budget_tokens INTEGER,                    -- NULL: no cap
    reserved_tokens INTEGER NOT NULL DEFAULT 0,
    spent_tokens INTEGER NOT NULL DEFAULT 0,
    budget_nanousd INTEGER,                   -- NULL: no cap; whole numbers, so that sums are exact
    reserved_nanousd INTEGER NOT NULL DEFAULT 0,
    spent_nanousd INTEGER NOT NULL DEFAULT 0,
    budget_warned INTEGER NOT NULL DEFAULT 0, -- 1: it was said that a budget is nearly used up
    output TEXT,
    error TEXT,
    latency_ms REAL NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    seal BLOB,                                -- over what was asked for, see baton.storage.seals
    output_seal BLOB,
    request_id TEXT,                          -- the client's own id of the run: the same again is the same run
    urgent TEXT,                              -- why a person should look at it first; NULL: nobody said so
    PRIMARY KEY (thread_id, run)
);
CREATE INDEX runs_by_status ON runs (status, updated_at);
CREATE INDEX runs_by_age ON runs (urgent IS NOT NULL, created_at);

CREATE TABLE model_calls (
    call_id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL,
    step TEXT NOT NULL,
    task_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    role TEXT NOT NULL,
    model TEXT NOT NULL,
    status TEXT NOT NULL,                     -- reserved | answered | failed
    reserved_tokens INTEGER NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost_usd REAL,                            -- NULL: the price is not known
    started_at REAL NOT NULL,
    latency_ms REAL,
    error TEXT,
    reserved_nanousd INTEGER NOT NULL DEFAULT 0,
    run INTEGER NOT NULL DEFAULT 1,
    note TEXT                                 -- what a reader should know: degraded, usage not as reserved
);
CREATE INDEX model_calls_by_thread ON model_calls (thread_id);

CREATE TABLE spans (
    span_id INTEGER PRIMARY KEY,
    thread_id TEXT NOT NULL,
    kind TEXT NOT NULL,                       -- step | effect | budget
    step TEXT NOT NULL,
    task_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,                     -- done | failed | interrupted | cancelled; budget: warning | partial
    started_at REAL NOT NULL,
    latency_ms REAL NOT NULL,
    input TEXT,
    output TEXT,
    error TEXT,
    run INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX spans_by_thread ON spans (thread_id);

CREATE TABLE effects (
    key TEXT PRIMARY KEY,                     -- thread:run:desk:path:occurrence
    thread_id TEXT NOT NULL,
    action TEXT NOT NULL,
    args TEXT NOT NULL,                       -- compared, never part of the key
    status TEXT NOT NULL,                     -- pending | done | refused | in_doubt | not_done
    receipt TEXT,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    seal BLOB,
    run INTEGER NOT NULL DEFAULT 1,
    settled_by TEXT                           -- who said what came of an effect in doubt
);
CREATE INDEX effects_by_thread ON effects (thread_id);

CREATE TABLE approvals (
    interrupt_id TEXT PRIMARY KEY,            -- of the step's first question; the second one's ends in .1, and so on
    thread_id TEXT NOT NULL,
    step TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    request TEXT NOT NULL,                    -- the payload a person sees
    digest TEXT NOT NULL,                     -- of the exact action
    decision TEXT,                            -- first wins
    place TEXT NOT NULL DEFAULT '[]',         -- where the step stood in each graph around it
    left_behind INTEGER NOT NULL DEFAULT 0,   -- a replay went back behind it; its decision holds if it is asked again
    created_at REAL NOT NULL,
    decided_at REAL,
    seal BLOB,
    run INTEGER NOT NULL DEFAULT 1,
    asked_as TEXT,                            -- the framework's id of the interrupt that it stands at now
    replies INTEGER NOT NULL DEFAULT 0,       -- how many replies it took until one could be taken
    decided_by TEXT,
    channel TEXT,                             -- how the decision came: command line, server, library
    reply_id TEXT,                            -- of the call whose reply was taken
    withdrawn_at REAL                         -- nobody can answer it any more, and nobody did
);
CREATE INDEX approvals_by_thread ON approvals (thread_id);

CREATE TABLE dead_letters (
    letter_id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL,
    step TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    run INTEGER NOT NULL DEFAULT 1,
    path TEXT NOT NULL DEFAULT '',            -- the step with its visits, see baton.steps.scopes
    reason TEXT NOT NULL,                     -- a class, see baton.steps.dead_letters.REASONS
    error TEXT NOT NULL,
    evidence TEXT NOT NULL,
    status TEXT NOT NULL,                     -- open | replayed | discarded
    ends_run INTEGER NOT NULL,
    note TEXT,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    UNIQUE (thread_id, run, path, step, occurrence)
);

CREATE TABLE counters (
    thread_id TEXT NOT NULL,
    run INTEGER NOT NULL DEFAULT 1,
    name TEXT NOT NULL,
    mark TEXT NOT NULL,                       -- what was counted; the same again counts once
    PRIMARY KEY (thread_id, run, name, mark)
) WITHOUT ROWID;

CREATE TABLE checkpoints (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,    -- the latest is the one written last, whatever the clock did
    thread_id TEXT NOT NULL,
    checkpoint_ns TEXT NOT NULL,
    checkpoint_id TEXT NOT NULL,
    parent_id TEXT,
    type TEXT NOT NULL,
    checkpoint BLOB NOT NULL,
    metadata TEXT NOT NULL,
    UNIQUE (thread_id, checkpoint_ns, checkpoint_id)
);
CREATE TABLE writes (
    thread_id TEXT NOT NULL,
    checkpoint_ns TEXT NOT NULL,
    checkpoint_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    task_path TEXT NOT NULL,
    idx INTEGER NOT NULL,
    channel TEXT NOT NULL,
    type TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
) WITHOUT ROWID;

-- What schema 2 was, to the letter: a database of one run a thread. Migrations are tested from here.
CREATE TABLE about (
    name TEXT PRIMARY KEY,                    -- database_id: a random word, noted in the home too
    value TEXT NOT NULL
);

CREATE TABLE runs (
    thread_id TEXT PRIMARY KEY,
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
    output_seal BLOB
);
CREATE INDEX runs_by_status ON runs (status, updated_at);
CREATE INDEX runs_by_age ON runs (created_at);

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
    error TEXT
);
CREATE INDEX spans_by_thread ON spans (thread_id);

CREATE TABLE effects (
    key TEXT PRIMARY KEY,                     -- thread:step:occurrence
    thread_id TEXT NOT NULL,
    action TEXT NOT NULL,
    args TEXT NOT NULL,                       -- compared, never part of the key
    status TEXT NOT NULL,                     -- pending | done | refused | in_doubt
    receipt TEXT,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    seal BLOB
);
CREATE INDEX effects_by_thread ON effects (thread_id);

CREATE TABLE approvals (
    interrupt_id TEXT PRIMARY KEY,
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
    seal BLOB
);
CREATE INDEX approvals_by_thread ON approvals (thread_id);

CREATE TABLE dead_letters (
    letter_id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL,
    step TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    reason TEXT NOT NULL,                     -- a class, see baton.steps.dead_letters.Reason
    error TEXT NOT NULL,
    evidence TEXT NOT NULL,
    status TEXT NOT NULL,                     -- open | replayed | discarded
    ends_run INTEGER NOT NULL,
    note TEXT,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    UNIQUE (thread_id, step, occurrence)
);

CREATE TABLE counters (
    thread_id TEXT NOT NULL,
    name TEXT NOT NULL,
    mark TEXT NOT NULL,                       -- what was counted; the same again counts once
    PRIMARY KEY (thread_id, name, mark)
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

-- Experiments and their cells, beside Baton's own tables. Times are Unix seconds; JSON is TEXT.
CREATE TABLE IF NOT EXISTS eval_experiments (
    experiment_id TEXT PRIMARY KEY,
    graph TEXT NOT NULL,
    dataset TEXT NOT NULL,                    -- as it was named
    split TEXT,
    context TEXT NOT NULL,                    -- what --set gave
    config TEXT NOT NULL,                     -- what the answers depend on beside the examples
    config_hash TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS eval_cells (
    experiment_id TEXT NOT NULL,
    example_id TEXT NOT NULL,
    example_hash TEXT NOT NULL,
    config_hash TEXT NOT NULL,
    repetition INTEGER NOT NULL DEFAULT 1,
    position INTEGER NOT NULL,                -- of the example among those that were chosen
    example TEXT NOT NULL,
    thread_id TEXT NOT NULL UNIQUE,           -- of its run, which stands in a file of its own
    status TEXT,                              -- NULL: not judged yet; else the run's
    result TEXT,
    updated_at REAL NOT NULL,
    PRIMARY KEY (experiment_id, example_id, example_hash, config_hash, repetition)
);
CREATE TABLE IF NOT EXISTS eval_uploads (
    project_id TEXT NOT NULL,                 -- LangSmith's, of one experiment in one workspace
    item_id TEXT NOT NULL,                    -- of a run or of feedback that it has taken
    PRIMARY KEY (project_id, item_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS eval_verdicts (
    thread_id TEXT PRIMARY KEY,               -- of the cell
    experiment_id TEXT NOT NULL,
    model TEXT NOT NULL,
    rubric TEXT NOT NULL,                     -- its hash
    verdict TEXT,                             -- NULL: the judge gave none
    reason TEXT,
    error TEXT,
    tokens INTEGER NOT NULL,
    cost_usd REAL,                            -- NULL: a price is not known
    judged_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS eval_bakeoffs (
    bakeoff_id TEXT NOT NULL,
    position INTEGER NOT NULL,                -- of the experiment among those of the bake-off
    experiment_id TEXT NOT NULL,
    PRIMARY KEY (bakeoff_id, position)
);

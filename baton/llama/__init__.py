"""llama.cpp's own server as a provider: one child process for a home and a model, shared by all that use them.

    user ---- holds a shared lock on `users` -------------+
     |  starts, under the lock `starting`                 |
     v                                                    v
    keeper -- ends when nobody holds `users` -- starts -- engine (the server; ends with its keeper)

Every lock is the operating system's: `kill -9` frees it. Keeper and engine hold the lock `serving`, so that whoever can
take it knows that both are gone.
"""

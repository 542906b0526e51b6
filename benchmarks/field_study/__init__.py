"""The field study: what the verifier says of recurrent layers that others have published.

``adapters`` put each of them before ``python -m verification judge``. ``run`` judges them all, ``checkers``
asks other checkers of gradients, and ``confirm`` asks two sources that share nothing with the verifier
whether what was refuted is wrong. Their results lie beside them as JSON; ``tables`` and ``chart`` make of
them what the page in ``docs/field-study`` shows. Run from a checkout, as
``python -m benchmarks.field_study.run``.
"""

"""The embedded cloud's AWS emulator: MiniStack with what the payment platform needs added.

Started with ``python -m emulator`` from the folder above this one. Every addition stands in a
module of its own: ``handlers/`` holds CloudFormation resource types, ``patches/`` holds changes of
behaviour. Each says what AWS does, where that is documented, and what the stock emulator does instead.
"""

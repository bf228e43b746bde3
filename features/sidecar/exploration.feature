@blocker @needs.http
Feature: What is promised of traces, scrubbing and answers holds in any order and for any prompt

  Examples show that a promise can be kept. Here callers of two tenants work in made-up orders and with made-up prompts.
  The same seed makes the same cases.

  @SIDE-TRACE-02 @SIDE-TRACE-05 @SIDE-TENANT-01 @needs.files
  Rule: Traces are what a plain list says, whatever callers of two tenants do in whichever order

    Example: Chats, looks, cancels and faults of two tenants
      Given an Async Sidecar of its own is running
      When callers of two tenants have chats explained, look at traces and cancel them in any order
      Then every answer is the one that a plain list of traces gives

    @needs.process-control
    Example: Explainers are killed meanwhile
      Given an Async Sidecar of its own is running
      When explainers of the traces are killed while callers of two tenants work in any order
      Then every answer is the one that a plain list of traces gives

  @SIDE-TRACE-04
  Rule: Each webhook is told of each trace of its tenant, however its receiver behaves

    Example: Receivers of two tenants that accept, fail and dawdle
      Given an Async Sidecar of its own is running
      When webhooks of two tenants are registered, taken away and called about traces in any order
      Then every answer is the one that a plain list of traces gives

  @SIDE-AUDIT-02 @needs.process-control
  Rule: Whatever prompt is made up, its personal data is scrubbed

    Example: Prompts of words, numbers and personal data
      Given an Async Sidecar of its own is running
      When chats with made-up prompts are explained
      Then no made-up prompt of a chat has left personal data in a copy

  @SIDE-API-01 @SIDE-TRACE-01
  Rule: Every answer is one that its own document describes

    Example: Requests that the document allows, and some that it does not
      Given an Async Sidecar of its own is running
      When everything that its own document allows is asked
      Then every answer is one that the document describes

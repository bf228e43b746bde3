@blocker @needs.http
Feature: What is promised of routes, faults and streams holds in any order of events

  Examples show that a promise can be kept. Here faults, callers and models come in made-up orders, and everything that
  callers and upstreams see is compared with what plain rules allow. The same seed makes the same cases.

  @GW-ROUTE-01 @GW-FAIL-01 @GW-FAIL-02
  Rule: Only the upstreams of a model are called for it, no more often than configured, and callers are told the truth

    Example: Callers of several models while upstreams fail and recover
      Given a gateway of its own is running
      When callers ask for models and upstreams fail in any order
      Then every call and every answer is one that the model of the gateway allows

  # The first difference ends an exploration: it is told under one criterion, so that it does not count against others that
  # examples have seen kept.
  @GW-STREAM-04
  Rule: What callers see of a stream is what an upstream has sent, event by event

    Example: Streams of upstreams that break off, fall silent and write in many ways
      Given a gateway of its own is running
      When callers ask for streams and upstreams break them in any way
      Then every call and every answer is one that the model of the gateway allows

  @GW-ERR-01
  Rule: Whatever is sent, sound requests are answered, and others are refused as the API's own errors

    Example: Requests of any form
      Given a gateway of its own is running
      When requests of any form are sent to the gateway's models
      Then every answer of the gateway is one that the API allows
      And every answer of the gateway is one that its own document describes, where it has one

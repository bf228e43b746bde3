@normal @exclusive
Feature: An instance lives within its means

  Whoever runs CAIO has set aside memory and processors for it. It must get by with them under load, and for as long as
  it runs: what grows a little with every request brings it down one night.

  @CAIO-RES-01 @slow
  Rule: Under load an instance uses less than 4 GB of memory and does not grow from one load run to the next

    Example: Five equal rounds, after everything that it keeps for a while is full
      Given a CAIO of its own is running
      And it knows 100 services, of which 10 offer "chat"
      And 4 users have sent 2,500 requests for "chat" each
      When users send 2,000 requests for "chat" in each of 5 rounds
      Then CAIO uses less than 4 GB of memory
      And its memory does not grow from round to round, by more than would fill 4 GB in a day at 50 requests a second

  @CAIO-RES-02 @slow @needs.http
  Rule: At the target load an instance uses at most 80 % of its processor time

    Example: At the target rate of 50 requests a second
      Given a CAIO of its own is running
      And it knows 100 services, of which 10 offer "chat"
      When requests for "chat" arrive 50 times a second for 15 seconds
      Then CAIO uses at most 80 % of its processor time
      And at least 99 % succeed

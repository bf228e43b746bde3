@critical @exclusive
Feature: Decisions are made in time

  A user waits for the decision before anything else happens, so it may take no more than a blink. What CAIO says of its
  own speed, in its metrics and in the trace of each decision, must agree with what its users see.

  @CAIO-SLO-01
  Rule: 95 % of 1,000 routing decisions take at most 50 ms

    Example: A thousand decisions, one after the other
      Given CAIO is running
      And it knows 100 services, of which 10 offer "chat"
      When a user sends 1,000 requests for "chat", one after the other
      Then 95 % of decisions take at most 50 ms
      And all of them succeed

    @slow @needs.http
    Example: A thousand decisions at the target rate of 50 a second
      Given CAIO is running
      And it knows 100 services, of which 10 offer "chat"
      When requests for "chat" arrive 50 times a second for 20 seconds
      Then 95 % of decisions take at most 50 ms
      And at least 99 % succeed

    @needs.http @needs.metrics
    Example: By its own metrics, too, which agree with what the users saw
      Given CAIO is running
      And it knows 100 services, of which 10 offer "chat"
      And the metrics have been read
      When 4 users send 250 requests for "chat" each, one after the other
      Then the metrics count as many decisions as the users were given
      And the times in the metrics agree with what the users saw
      And by the metrics, too, 95 % of decisions take at most 50 ms

    @needs.http @needs.metrics
    Example: Its metrics and the traces of its decisions tell of the same times
      Given CAIO is running
      And it knows 100 services, of which 10 offer "chat"
      And the metrics have been read
      When a user asks for "chat" in 200 matters, one after the other
      Then by the metrics each stage took as long as the traces tell
      And by the metrics the requests took no less than their decisions, and no longer than users waited

  @CAIO-SLO-02
  Rule: 95 % of contract matchings take at most 10 ms

    Example: By the trace of each of a thousand decisions
      Given CAIO is running
      And it knows 100 services, of which 10 offer "chat"
      When a user asks for "chat" in 1,000 matters, one after the other
      Then 95 % of contract matchings take at most 10 ms

    @needs.http @needs.metrics
    Example: By the metrics, while several users send requests
      Given CAIO is running
      And it knows 100 services, of which 10 offer "chat"
      And the metrics have been read
      When 4 users send 250 requests for "chat" each, one after the other
      Then by the metrics 95 % of contract matchings take at most 10 ms

  @CAIO-SLO-03
  Rule: 95 % of security verifications take at most 20 ms

    Example: By the trace of each of a thousand decisions
      Given CAIO is running
      And it knows 100 services, of which 10 offer "chat"
      When a user asks for "chat" in 1,000 matters, one after the other
      Then 95 % of security verifications take at most 20 ms

    @needs.http @needs.metrics
    Example: By the metrics, while several users send requests
      Given CAIO is running
      And it knows 100 services, of which 10 offer "chat"
      And the metrics have been read
      When 4 users send 250 requests for "chat" each, one after the other
      Then by the metrics 95 % of security verifications take at most 20 ms

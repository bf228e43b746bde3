@normal @needs.http @needs.metrics
Feature: The metrics tell what the callers saw

  Alerts, bills and capacity plans go by the metrics. They must agree with what callers really sent and how long they
  really waited.

  @CAIO-HARD-04
  Rule: Requests and durations are counted as the callers saw them

    Example: Successful requests
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      And the metrics have been read
      When a user asks for "chat" 20 times
      Then the metrics count 20 more requests to "route" with the status 200
      And the metrics count 20 more decisions

    Example: Refused requests are counted apart
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      And the metrics have been read
      When a user asks 5 times for what nobody offers
      Then the metrics count 5 more requests to "route" with the status 409
      And the metrics count 0 more requests to "route" with the status 200

    Example: The durations agree with the callers' own watches
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      And the metrics have been read
      When a user asks for "chat" 20 times
      Then the metrics hold 20 more durations of requests to "route"
      And together they are longer than nothing and no longer than the user waited

    Example: Looking at the metrics does not change what they say about others
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      And the metrics have been read
      When the metrics are read 5 times
      Then the metrics count 0 more requests to "route" with the status 200

    @needs.settings
    Example: Two workers count as one
      Given CAIO is running with the settings
        | setting      | value |
        | CAIO_WORKERS | 2     |
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And the metrics have been read
      When 50 users ask for "chat" at the same time and every 5th of them asks for what nobody offers
      Then the metrics count 40 more requests to "route" with the status 200
      And the metrics count 10 more requests to "route" with the status 409

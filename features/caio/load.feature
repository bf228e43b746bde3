@critical @exclusive
Feature: Many users at the same time are served

  When a product becomes popular, its users come together. Nobody may be turned away because many others are there, and
  a load that goes on must not slow down what it began with.

  @CAIO-LOAD-01
  Rule: Of 10,000 concurrent requests to one instance at least 99 % succeed

    Example: A hundred users send a hundred requests each, without a pause
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When 100 users send 100 requests for "chat" each, one after the other
      Then at least 99 % succeed

    @slow @needs.http
    Example: Ten thousand users have a connection open, and all send at the same moment
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When 10,000 users send a request for "chat" at the same moment
      Then all 10,000 had their connection open at the same time
      And at least 99 % succeed

  @CAIO-LOAD-02
  Rule: Under a sustained load of 1,000 requests at least 50 are served each second

    Example: One user sends a thousand requests, one after the other
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When a user sends 1,000 requests for "chat", one after the other
      Then at least 50 are served each second
      And all of them succeed

    @slow @needs.http
    Example: Fifty people use it, and nobody waits for long
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
        | other-chat | chat   |
      When 50 users send requests for "chat" for 20 seconds, each about once a second
      Then 95 % of decisions take at most 50 ms
      And at least 99 % succeed

    @slow @needs.http
    Example: Requests go on arriving, whether or not earlier ones have been answered
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When requests for "chat" arrive 60 times a second for 17 seconds
      Then at least 50 are served each second
      And 95 % of decisions take at most 50 ms
      And at least 99 % succeed

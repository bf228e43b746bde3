@critical
Feature: The best of the fitting services wins

  Where several services may take a request, money, time and quality decide, by stated weights. An owner must be able
  to see why one won and the others lost.

  @CAIO-ROUTE-08
  Rule: The best by cost, latency, accuracy and alignment wins, and the trace says why the others lost

    Scenario Outline: All else being equal, the service with the better <quality> wins
      Given CAIO is running with the services
        | service  | offers | accuracy   | latency   | cost   | alignment   |
        | worse-ai | chat   | <accuracy> | <latency> | <cost> | <alignment> |
        | model-ai | chat   | 0.90       | 200 ms    | 0.01   | 0.80        |
      When a user asks for "chat"
      Then the request is routed to "model-ai"
      And the trace says that "worse-ai" lost to "model-ai" on "<quality>"

      Examples:
        | quality   | accuracy | latency | cost  | alignment |
        | accuracy  | 0.89     | 200 ms  | 0.01  | 0.80      |
        | latency   | 0.90     | 210 ms  | 0.01  | 0.80      |
        | cost      | 0.90     | 200 ms  | 0.011 | 0.80      |
        | alignment | 0.90     | 200 ms  | 0.01  | 0.79      |

    Scenario Outline: It is the better <quality> that decides, and never the seed
      Given CAIO is running with the services
        | service  | offers | accuracy   | latency   | cost   | alignment   |
        | worse-ai | chat   | <accuracy> | <latency> | <cost> | <alignment> |
        | model-ai | chat   | 0.90       | 200 ms    | 0.01   | 0.80        |
      When a user asks for "chat" with each of the seeds 1 to 20
      Then "model-ai" is chosen every time

      Examples:
        | quality   | accuracy | latency | cost  | alignment |
        | accuracy  | 0.89     | 200 ms  | 0.01  | 0.80      |
        | latency   | 0.90     | 210 ms  | 0.01  | 0.80      |
        | cost      | 0.90     | 200 ms  | 0.011 | 0.80      |
        | alignment | 0.90     | 200 ms  | 0.01  | 0.79      |

    Example: Three services are ranked from best to worst, whatever the order they came in
      Given CAIO is running with the services
        | service | offers | accuracy | latency | cost | alignment |
        | middle  | chat   | 0.90     | 200 ms  | 0.02 | 0.80      |
        | worst   | chat   | 0.80     | 400 ms  | 0.04 | 0.70      |
        | best    | chat   | 0.99     | 100 ms  | 0.01 | 0.90      |
      When a user asks for "chat"
      Then the request is routed to "best"
      And the trace ranks the services "best, middle, worst"

    Example: A service that is silent about its cost is not taken to be free
      Given CAIO is running with the services
        | service   | offers | accuracy | latency | cost | alignment |
        | unpriced  | chat   | 0.90     | 200 ms  |      | 0.80      |
        | priced    | chat   | 0.90     | 200 ms  | 0.50 | 0.80      |
      When a user asks for "chat"
      Then the request is routed to "priced"

    Example: A better service that broke a rule does not win, and the trace says so
      Given CAIO is running with the services
        | service    | offers | accuracy | needs internet |
        | cloud-chat | chat   | 0.99     | yes            |
        | local-chat | chat   | 0.91     | no             |
        | weak-chat  | chat   | 0.60     | no             |
      When a user asks for "chat" on these terms
        | term     | value |
        | internet | no    |
      Then the request is routed to "local-chat"
      And the trace ranks the services "local-chat, weak-chat"

    Example: Only an exact tie is left to the seed, and every service gets its share
      Given CAIO is running with the services
        | service | offers | accuracy |
        | twin-a  | chat   | 0.90     |
        | twin-b  | chat   | 0.90     |
      When a user asks for "chat" with each of the seeds 1 to 40
      Then each of "twin-a, twin-b" is chosen at least 5 times

    Example: The seed does not decide where one service is better by a hair
      Given CAIO is running with the services
        | service | offers | accuracy |
        | hair    | chat   | 0.9001   |
        | twin    | chat   | 0.9000   |
      When a user asks for "chat" with each of the seeds 1 to 40
      Then "hair" is chosen every time

  @CAIO-ROUTE-09
  Rule: A service that has been failing ranks lower

    Example: The better service failed most of its recent requests
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.95     |
        | local-chat | chat   | 0.90     |
      And the services have these recent outcomes
        | service    | successes | failures |
        | best-chat  | 2         | 8        |
        | local-chat | 10        | 0        |
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And the trace says that "best-chat" lost to "local-chat" on "history"

    Example: Recent successes take nothing away
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.95     |
        | local-chat | chat   | 0.90     |
      And the services have these recent outcomes
        | service    | successes | failures |
        | best-chat  | 10        | 0        |
        | local-chat | 0         | 0        |
      When a user asks for "chat"
      Then the request is routed to "best-chat"

    Example: Of two equal services the one that failed more ranks lower, whatever the seed
      Given CAIO is running with the services
        | service | offers | accuracy |
        | shaky   | chat   | 0.90     |
        | steady  | chat   | 0.90     |
      And the services have these recent outcomes
        | service | successes | failures |
        | shaky   | 8         | 2        |
        | steady  | 9         | 1        |
      When a user asks for "chat" with each of the seeds 1 to 20
      Then "steady" is chosen every time

    @needs.http @needs.backends
    Example: A service that failed a real call ranks lower for the next request
      Given CAIO is running with real services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.91     |
        | local-chat | chat   | 0.90     |
      And "best-chat" answers every call with an error
      And a user has sent "Good morning" to be answered by "chat"
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And the trace says that "best-chat" lost to "local-chat" on "history"

    Example: A failing service is still chosen when it is the only one that fits
      Given CAIO is running with the services
        | service   | offers | accuracy |
        | best-chat | chat   | 0.95     |
      And the services have these recent outcomes
        | service   | successes | failures |
        | best-chat | 0         | 10       |
      When a user asks for "chat"
      Then the request is routed to "best-chat"

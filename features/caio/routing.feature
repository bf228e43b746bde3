@blocker
Feature: Requests reach the service whose contract fits

  CAIO reads what every AI service promises in its contract and routes each request to the one that keeps all the
  rules. A wrong route sends customer data to a service that must not have it.

  @CAIO-ROUTE-01
  Rule: A request goes to a service whose contract offers what it asks for

    Example: Only one service offers it
      Given CAIO is running with the services
        | service        | offers    |
        | local-chat     | chat      |
        | local-abstract | summarise |
      When a user asks for "summarise"
      Then the request is routed to "local-abstract"

    Example: The request needs two abilities at once
      Given CAIO is running with the services
        | service     | offers          | accuracy |
        | local-chat  | chat            | 0.99     |
        | all-rounder | chat, summarise | 0.90     |
      When a user asks for "chat, summarise"
      Then the request is routed to "all-rounder"

    Example: An ability whose name only begins the same is another ability
      Given CAIO is running with the services
        | service    | offers         |
        | local-chat | chat-streaming |
      When a user asks for "chat"
      Then no service fits the request

    Example: A service that has been removed is not chosen any more
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And "best-chat" has been removed
      When a user asks for "chat"
      Then the request is routed to "local-chat"

    Example: A service that was replaced is chosen for what its new version offers
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      And "local-chat" has been replaced by version "2.0.0", which offers "summarise"
      When a user asks for "summarise"
      Then the request is routed to "local-chat"

    Example: A service that was replaced is not chosen for what only its old version offered
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      And "local-chat" has been replaced by version "2.0.0", which offers "summarise"
      When a user asks for "chat"
      Then no service fits the request

    Scenario Outline: The decision says which way the request's data goes: <route>
      Given CAIO is running with the services
        | service | offers | needs internet   | route   |
        | chat-1  | chat   | <needs internet> | <route> |
      When a user asks for "chat"
      Then the request takes the "<route>" route

      Examples:
        | route    | needs internet |
        | internal | no             |
        | external | yes            |
        | hybrid   | yes            |

  @CAIO-ROUTE-02
  Rule: A service that breaks a policy is never chosen, and the decision proves which rules were applied

    Example: The better service breaks a policy
      Given CAIO is running with the services
        | service    | offers | accuracy | needs internet |
        | cloud-chat | chat   | 0.99     | yes            |
        | local-chat | chat   | 0.91     | no             |
      And these policies apply
        | type       | field             | value |
        | constraint | requires_internet | no    |
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And "cloud-chat" was refused because it needs the internet
      And the decision proves that "local-chat" keeps every policy

    Scenario Outline: A service exactly at the limit of a <type> policy keeps it, one just past it breaks it
      Given CAIO is running with the services
        | service   | offers | <column> |
        | just-past | chat   | <past>   |
        | at-limit  | chat   | <limit>  |
      And these policies apply
        | type   | field   | minimum   | maximum   |
        | <type> | <field> | <minimum> | <maximum> |
      When a user asks for "chat"
      Then the request is routed to "at-limit"
      And "just-past" was refused because <reason>

      Examples:
        | type      | field          | minimum | maximum | column   | limit  | past   | reason                    |
        | guarantee | accuracy       | 0.95    |         | accuracy | 0.95   | 0.9499 | its accuracy is too low   |
        | guarantee | latency_p95_ms |         | 200     | latency  | 200 ms | 201 ms | it is too slow            |
        | cost      |                |         | 0.02    | cost     | 0.02   | 0.0201 | it costs too much         |
        | trust     |                | 3       |         | trusted  | 3      | 2      | it is not trusted enough  |

    Example: Only services on the allow list may be chosen
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And these policies apply
        | type  | services   |
        | allow | local-chat |
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And "best-chat" was refused because it is not on the allow list

    Example: A service whose name only begins like one on the allow list is not on it
      Given CAIO is running with the services
        | service      | offers | accuracy |
        | local-chat-2 | chat   | 0.99     |
        | local-chat   | chat   | 0.90     |
      And these policies apply
        | type  | services   |
        | allow | local-chat |
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And "local-chat-2" was refused because it is not on the allow list

    Example: A service on the deny list is refused even when it is also allowed
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And these policies apply
        | type  | services              |
        | allow | best-chat, local-chat |
        | deny  | best-chat             |
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And "best-chat" was refused because it is on the deny list

    Example: A privacy policy keeps personal data from a service that may not see it
      Given CAIO is running with the services
        | service    | offers | accuracy | data             | residency |
        | best-chat  | chat   | 0.99     | public           | eu        |
        | local-chat | chat   | 0.90     | public, personal | eu        |
      And these policies apply
        | type    | data_class |
        | privacy | personal   |
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And "best-chat" was refused because it may not see such data

    Example: Every policy counts, not only the first or the last
      Given CAIO is running with the services
        | service    | offers | accuracy | cost | needs internet |
        | cloud-chat | chat   | 0.99     | 0.01 | yes            |
        | gold-chat  | chat   | 0.98     | 0.90 | no             |
        | weak-chat  | chat   | 0.50     | 0.01 | no             |
        | local-chat | chat   | 0.91     | 0.01 | no             |
      And these policies apply
        | type       | field             | value | minimum | maximum |
        | constraint | requires_internet | no    |         |         |
        | cost       |                   |       |         | 0.10    |
        | guarantee  | accuracy          |       | 0.90    |         |
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And the decision proves that "local-chat" keeps every policy

    Scenario Outline: The best of many services breaks a policy: <policy>
      Given CAIO is running with the services
        | service    | offers | accuracy | cost | needs internet |
        | cloud-chat | chat   | 0.99     | 0.02 | yes            |
        | cheap-chat | chat   | 0.50     | 0.01 | no             |
        | local-chat | chat   | 0.91     | 0.02 | no             |
        | chat-1     | chat   | 0.91     | 0.21 | no             |
        | chat-2     | chat   | 0.91     | 0.22 | no             |
        | chat-3     | chat   | 0.91     | 0.23 | no             |
        | chat-4     | chat   | 0.91     | 0.24 | no             |
        | chat-5     | chat   | 0.91     | 0.25 | no             |
        | chat-6     | chat   | 0.91     | 0.26 | no             |
        | chat-7     | chat   | 0.91     | 0.27 | no             |
      And these policies apply
        | type   | field   | value   | minimum   | services   |
        | <type> | <field> | <value> | <minimum> | <services> |
      When a user asks for "chat"
      Then the request is routed to "<chosen>"
      And "<refused>" was refused because <reason>

      Examples:
        | policy           | type       | field             | value | minimum | services   | chosen     | refused    | reason                  |
        | no internet      | constraint | requires_internet | no    |         |            | local-chat | cloud-chat | it needs the internet   |
        | an accuracy      | guarantee  | accuracy          |       | 0.90    |            | cloud-chat | cheap-chat | its accuracy is too low |
        | nobody of a list | deny       |                   |       |         | cloud-chat | local-chat | cloud-chat | it is on the deny list  |

  @CAIO-ROUTE-03
  Rule: What a request rules out is never chosen

    Example: The better service needs the internet and the request forbids it
      Given CAIO is running with the services
        | service    | offers | accuracy | needs internet |
        | cloud-chat | chat   | 0.99     | yes            |
        | local-chat | chat   | 0.91     | no             |
      When a user asks for "chat" on these terms
        | term     | value |
        | internet | no    |
      Then the request is routed to "local-chat"
      And "cloud-chat" was refused because it needs the internet

    Example: The better service needs a graphics processor and the request forbids it
      Given CAIO is running with the services
        | service   | offers | accuracy | needs graphics processor |
        | gpu-chat  | chat   | 0.99     | yes                      |
        | cpu-chat  | chat   | 0.91     | no                       |
      When a user asks for "chat" on these terms
        | term               | value |
        | graphics processor | no    |
      Then the request is routed to "cpu-chat"
      And "gpu-chat" was refused because it needs a graphics processor

    Example: Nothing is ruled out, so the better service is chosen although it needs both
      Given CAIO is running with the services
        | service    | offers | accuracy | needs internet | needs graphics processor |
        | cloud-chat | chat   | 0.99     | yes            | yes                      |
        | local-chat | chat   | 0.91     | no             | no                       |
      When a user asks for "chat"
      Then the request is routed to "cloud-chat"

    Example: Each service breaks another constraint, so none is chosen
      Given CAIO is running with the services
        | service    | offers | needs internet | needs graphics processor |
        | cloud-chat | chat   | yes            | no                       |
        | gpu-chat   | chat   | no             | yes                      |
      When a user asks for "chat" on these terms
        | term               | value |
        | internet           | no    |
        | graphics processor | no    |
      Then no service fits the request
      And "cloud-chat" was refused because it needs the internet
      And "gpu-chat" was refused because it needs a graphics processor

  @CAIO-ROUTE-04
  Rule: The guarantees that a request asks for are met by the chosen contract and stated in the decision

    Scenario Outline: A contract exactly at the asked-for <term> meets it, one just short of it does not
      Given CAIO is running with the services
        | service    | offers | <column> |
        | just-short | chat   | <short>  |
        | at-limit   | chat   | <asked>  |
      When a user asks for "chat" on these terms
        | term   | value   |
        | <term> | <asked> |
      Then the request is routed to "at-limit"
      And "just-short" was refused because <reason>
      And the decision guarantees "<guarantee>" of "<stated>"

      Examples:
        | term                  | asked  | short  | column       | guarantee      | stated | reason                        |
        | accuracy at least     | 0.95   | 0.9499 | accuracy     | accuracy       | 0.95   | its accuracy is too low       |
        | answered within       | 200 ms | 201 ms | latency      | latency_p95_ms | 200    | it is too slow                |
        | availability at least | 0.999  | 0.998  | availability | availability   | 0.999  | it is too often unavailable   |

    Example: A request that must be repeatable goes to a deterministic service
      Given CAIO is running with the services
        | service    | offers | accuracy | deterministic |
        | best-chat  | chat   | 0.99     | no            |
        | local-chat | chat   | 0.90     | yes           |
      When a user asks for "chat" on these terms
        | term          | value |
        | deterministic | yes   |
      Then the request is routed to "local-chat"
      And "best-chat" was refused because it is not deterministic
      And the decision guarantees "determinism" of "true"

    Example: A contract that is silent about a guarantee does not give it
      Given CAIO is running with the services
        | service     | offers | accuracy | latency |
        | silent-chat | chat   | 0.99     |         |
        | local-chat  | chat   | 0.90     | 150 ms  |
      When a user asks for "chat" on these terms
        | term            | value  |
        | answered within | 500 ms |
      Then the request is routed to "local-chat"
      And "silent-chat" was refused because it is too slow

    Scenario Outline: Privacy: a request about <matter>
      Given CAIO is running with the services
        | service   | offers | accuracy | data             | residency | keeps data |
        | best-chat | chat   | 0.99     | <data>           | <place>   | <days>     |
        | safe-chat | chat   | 0.90     | public, personal | eu        | 7          |
      When a user asks for "chat" on these terms
        | term   | value   |
        | <term> | <asked> |
      Then the request is routed to "safe-chat"
      And "best-chat" was refused because <reason>

      Examples:
        | matter                    | term                      | asked    | data             | place | days | reason                       |
        | personal data             | data class                | personal | public           | eu    | 1    | it may not see such data     |
        | data that must stay put   | residency                 | eu       | public, personal | us    | 1    | it keeps data elsewhere      |
        | data to be forgotten soon | data kept at most in days | 7        | public, personal | eu    | 8    | it keeps data for too long   |

  @CAIO-ROUTE-05
  Rule: The caller's trust level decides which services it reaches

    Scenario Outline: A caller of trust level <level> asks where the better service wants level 3
      Given CAIO is running with the services
        | service     | offers | accuracy | for trust level |
        | vault-chat  | chat   | 0.99     | 3               |
        | public-chat | chat   | 0.90     | 0               |
      When a user asks for "chat" on these terms
        | term        | value   |
        | trust level | <level> |
      Then the request is routed to "<service>"

      Examples:
        | level | service     |
        | 0     | public-chat |
        | 2     | public-chat |
        | 3     | vault-chat  |
        | 5     | vault-chat  |

    Example: The caller is told that its trust level kept it out
      Given CAIO is running with the services
        | service    | offers | for trust level |
        | vault-chat | chat   | 3               |
      When a user asks for "chat" on these terms
        | term        | value |
        | trust level | 2     |
      Then no service fits the request
      And "vault-chat" was refused because the caller is not trusted enough

    Example: A caller of unknown trust has none
      Given CAIO is running with the services
        | service    | offers | for trust level |
        | vault-chat | chat   | 1               |
      When a user of unknown trust asks for "chat"
      Then no service fits the request
      And "vault-chat" was refused because the caller is not trusted enough

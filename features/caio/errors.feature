@critical
Feature: What goes wrong is refused plainly and changes nothing else

  Callers get contracts, requests and policies wrong, and services fall ill. Each must be answered by a clear refusal that
  says what to mend, and must never be guessed at or passed over.

  @CAIO-ERR-01
  Rule: When no service fits, the caller is told why each candidate was refused

    Example: Nobody offers it
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When a user asks for "translate"
      Then no service fits the request

    Example: No service is registered at all
      Given CAIO is running
      When a user asks for "chat"
      Then no service fits the request

    Example: Each candidate was refused for a reason of its own
      Given CAIO is running with the services
        | service    | offers | accuracy | needs internet | for trust level | cost |
        | cloud-chat | chat   | 0.99     | yes            | 0               | 0.01 |
        | weak-chat  | chat   | 0.50     | no             | 0               | 0.01 |
        | vault-chat | chat   | 0.99     | no             | 5               | 0.01 |
      When a user asks for "chat" on these terms
        | term              | value |
        | internet          | no    |
        | accuracy at least | 0.90  |
        | trust level       | 1     |
      Then no service fits the request
      And "cloud-chat" was refused because it needs the internet
      And "weak-chat" was refused because its accuracy is too low
      And "vault-chat" was refused because the caller is not trusted enough

  @CAIO-ERR-02
  Rule: An invalid contract is refused with the field named, and the registry stays as it was

    Scenario Outline: A contract whose <field> is <value>
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When a contract is registered whose "<field>" is <value>
      Then it is refused as "invalid-contract", naming "<named>"
      And the registry holds exactly "local-chat"

      Examples:
        | field                        | value       | named                        |
        | service_id                   | missing     | service_id                   |
        | service_id                   | "../escape" | service_id                   |
        | version                      | 1.0         | version                      |
        | capabilities                 | missing     | capabilities                 |
        | capabilities                 | []          | capabilities                 |
        | capabilities[0].accuracy.min | 1.01        | capabilities[0].accuracy.min |
        | guarantees.accuracy          | "high"      | guarantees.accuracy          |
        | guarantees.latency_p95_ms    | -1          | guarantees.latency_p95_ms    |
        | constraints.requires_gpu     | "perhaps"   | constraints.requires_gpu     |
        | api.protocol                 | "carrier"   | api.protocol                 |
        | api                          | missing     | api                          |
        | guarantees.acuracy           | 0.9         | guarantees.acuracy           |

    Example: A contract that is not even well-formed
      Given CAIO is running
      When this contract is registered
        """
        service_id: broken-chat
        name: Broken Chat
        capabilities:
          - type: chat
           accuracy: [0.9
        """
      Then it is refused as "invalid-contract", pointing at line 5
      And the registry is empty

    Example: The refusal points at the line of the mistake
      Given CAIO is running
      When this contract is registered
        """
        service_id: odd-chat
        name: Odd Chat
        version: "1.0.0"
        capabilities:
          - type: chat
        guarantees:
          accuracy: 1.5
        api:
          protocol: http
          base_url: http://127.0.0.1:9
          endpoints:
            - path: /chat
              method: POST
        """
      Then it is refused as "invalid-contract", pointing at line 7
      And the registry is empty

    Example: A key given twice is not silently resolved
      Given CAIO is running
      When this contract is registered
        """
        service_id: twice-chat
        name: Twice
        version: "1.0.0"
        capabilities:
          - type: chat
        constraints:
          requires_internet: true
          requires_internet: false
        api:
          protocol: http
          base_url: http://127.0.0.1:9
          endpoints:
            - path: /chat
              method: POST
        """
      Then it is refused as "invalid-contract", naming "requires_internet"
      And the registry is empty

  @CAIO-ERR-03
  Rule: A malformed request is refused with the field named, and nothing is routed

    Scenario Outline: A request whose <field> is <value>
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When a user asks for "chat" in a request whose "<field>" is <value>
      Then it is refused as "invalid-request", naming "<named>"
      And nothing has been routed

      Examples:
        | field                                 | value     | named                            |
        | intent.type                           | 7         | intent.type                      |
        | intent                                | "chat"    | intent                           |
        | requirements.capabilities             | "chat"    | requirements.capabilities        |
        | requirements.guarantees.accuracy      | "high"    | requirements.guarantees.accuracy |
        | requirements.guarantees.acuracy       | 0.9       | acuracy                          |
        | constraints.requires_gpu              | "no"      | constraints.requires_gpu         |
        | constraints.requires_interent         | false     | requires_interent                |
        | user.trust_level                      | 6         | user.trust_level                 |
        | user.trust_level                      | "admin"   | user.trust_level                 |

    @needs.http
    Example: A request that is not even well-formed
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When a user sends only the first half of a request for "chat"
      Then it is refused as "invalid-request"
      And nothing has been routed

    Example: A history that makes no sense
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      And the services have these recent outcomes
        | service    | successes | failures |
        | local-chat | 3         | -1       |
      When a user asks for "chat"
      Then it is refused as "invalid-request", naming "failures"
      And nothing has been routed

  @CAIO-ERR-04
  Rule: A malformed or unknown policy is refused, never silently ignored

    Scenario Outline: <mistake>
      Given CAIO is running with the services
        | service    | offers | accuracy | needs internet |
        | local-chat | chat   | 0.99     | no             |
      And these policies apply
        | type   | field   | value   | minimum   |
        | <type> | <field> | <value> | <minimum> |
      When a user asks for "chat"
      Then it is refused as "invalid-policy", naming "<named>"

      Examples:
        | mistake                             | type       | field             | value   | minimum | named   |
        | A type that does not exist          | fairness   | requires_internet | no      |         | type    |
        | A misspelt type                     | constrain  | requires_internet | no      |         | type    |
        | A field that no contract has        | constraint | requires_interent | no      |         | field   |
        | A value that is missing             | constraint | requires_internet |         |         | value   |
        | A limit that is not a number        | guarantee  | accuracy          |         | high    | minimum |
        | A limit that is missing             | guarantee  | accuracy          |         |         | minimum |

    Example: One bad policy among good ones
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | local-chat | chat   | 0.99     |
      And these policies apply
        | type      | field    | minimum | services   |
        | guarantee | accuracy | 0.5     |            |
        | allow     |          |         | local-chat |
        | denny     |          |         | local-chat |
      When a user asks for "chat"
      Then it is refused as "invalid-policy", naming "policies[2]"

  @CAIO-ERR-05 @needs.backends
  Rule: A service in bad health is not chosen

    Example: The better service does not answer its probe
      Given CAIO is running with real services, which it probes
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And "best-chat" has died and CAIO has probed it
      When a user asks for "chat"
      Then the request is routed to "local-chat"
      And "best-chat" was refused because it is unhealthy

    Example: The only service does not answer its probe
      Given CAIO is running with real services, which it probes
        | service   | offers | accuracy |
        | best-chat | chat   | 0.99     |
      And "best-chat" has died and CAIO has probed it
      When a user asks for "chat"
      Then no service fits the request
      And "best-chat" was refused because it is unhealthy

    Example: A healthy service is not refused for its neighbour
      Given CAIO is running with real services, which it probes
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And "local-chat" has died and CAIO has probed it
      When a user asks for "chat"
      Then the request is routed to "best-chat"

  @CAIO-ERR-06
  Rule: A service and version cannot be registered twice, and is replaced only on request

    Example: The same service and version again
      Given CAIO is running with the services
        | service    | offers | version |
        | local-chat | chat   | 1.0.0   |
      When version "1.0.0" of "local-chat" is registered
      Then it is refused as "service-exists"
      And the registry holds version "1.0.0" of "local-chat"

    Example: A new version without asking to replace the old one
      Given CAIO is running with the services
        | service    | offers | version |
        | local-chat | chat   | 1.0.0   |
      When version "2.0.0" of "local-chat" is registered
      Then it is refused as "version-exists"
      And the registry holds version "1.0.0" of "local-chat"

    Example: A new version replaces the old one on request
      Given CAIO is running with the services
        | service    | offers | version |
        | local-chat | chat   | 1.0.0   |
      When "local-chat" is replaced by version "2.0.0"
      Then the registry holds version "2.0.0" of "local-chat"

    Example: A service that is not there cannot be replaced
      Given CAIO is running
      When "local-chat" is replaced by version "2.0.0"
      Then it is refused as "service-not-found"
      And the registry is empty

    Example: A removed service may come back
      Given CAIO is running with the services
        | service    | offers | version |
        | local-chat | chat   | 1.0.0   |
      And "local-chat" has been removed
      When version "1.0.0" of "local-chat" is registered
      Then the registry holds version "1.0.0" of "local-chat"

  @CAIO-ERR-07
  Rule: One failing request among many changes no other decision

    Example: Forty users at once, every fourth sends nonsense
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      When 40 users ask for "chat" at the same time and every 4th of them sends a malformed request
      Then the 10 wrong requests are refused as "invalid-request"
      And the other 30 requests are routed to "best-chat"

    Example: Forty users at once, every fourth asks for what nobody offers
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      When 40 users ask for "chat" at the same time and every 4th of them asks for what nobody offers
      Then the 10 wrong requests are refused as "no-matching-services"
      And the other 30 requests are routed to "best-chat"

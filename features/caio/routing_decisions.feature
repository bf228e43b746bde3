@critical
Feature: Every decision is repeatable, complete and can be proven

  A decision moves customer data and money. Months later an auditor must be able to see what was decided and why, and be
  sure that nobody has changed the record.

  @CAIO-ROUTE-06
  Rule: The same request gives the same decision, every time and on every replica

    Example: The same request 50 times
      Given CAIO is running with the services
        | service | offers | accuracy |
        | twin-a  | chat   | 0.90     |
        | twin-b  | chat   | 0.90     |
        | twin-c  | chat   | 0.90     |
      When a user asks for "chat" 50 times with the seed 7
      Then all 50 decisions are the same

    Example: A second CAIO that got the services in reverse order decides the same
      Given CAIO is running with the services
        | service | offers | accuracy |
        | twin-a  | chat   | 0.90     |
        | twin-b  | chat   | 0.90     |
        | twin-c  | chat   | 0.90     |
      And a second CAIO is running with the same services in reverse order
      When a user asks both of them for "chat" with each of the seeds 1 to 20
      Then they decide the same every time

    Example: What was decided in between does not matter
      Given CAIO is running with the services
        | service    | offers          | accuracy |
        | local-chat | chat, summarise | 0.90     |
        | twin-chat  | chat, summarise | 0.90     |
      When a user asks for "chat" with the seed 3, for "summarise" 10 times, and for "chat" with the seed 3 again
      Then both decisions on "chat" are the same

  @CAIO-ROUTE-07
  Rule: Every decision is complete, and its trace can be fetched later

    Example: What a decision says
      Given CAIO is running with the services
        | service    | offers | accuracy | model     | latency | cost |
        | local-chat | chat   | 0.90     | tiny-chat | 100 ms  | 0.01 |
      When a user asks for "chat" on these terms
        | term              | value |
        | accuracy at least | 0.90  |
      Then the decision names the service "local-chat" and the model "tiny-chat"
      And the decision gives a time-out, retries, a budget and a priority for the call
      And the decision guarantees "accuracy" of "0.90"
      And the decision proves that "local-chat" gives "accuracy" of at least "0.90"

    Example: The trace shows each stage in its order, with its duration
      Given CAIO is running with the services
        | service    | offers |
        | local-chat | chat   |
      When a user asks for "chat"
      Then the trace shows the stages "match, rules, security, rank, decide", each with its duration

    Example: A decision is fetched again after others were made
      Given CAIO is running with the services
        | service    | offers          |
        | local-chat | chat, summarise |
      And a user has asked for "chat"
      And a user has asked for "summarise"
      When the first decision is fetched again
      Then it is the decision that was given, with its trace and its proofs

    Example: A decision that was never made cannot be fetched
      Given CAIO is running
      When a decision that was never made is fetched
      Then it is refused as "decision-not-found"

  @CAIO-ROUTE-10 @needs.offline-verification
  Rule: Any change to a decision is found by whoever holds it, the contracts and the public key

    Example: An untouched decision is genuine
      Given CAIO is running with the services
        | service    | offers | accuracy | needs internet |
        | cloud-chat | chat   | 0.99     | yes            |
        | local-chat | chat   | 0.91     | no             |
      And a user has asked for "chat"
      When an auditor verifies the decision
      Then the auditor finds it genuine

    Example: Each of many decisions that were made at the same time is genuine by itself
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | local-chat | chat   | 0.91     |
      And 8 users have asked for "chat" at the same time, each in a matter of their own
      When an auditor verifies every decision
      Then the auditor finds all 8 genuine

    Scenario Outline: Somebody changes the <part> of a decision
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | local-chat | chat   | 0.91     |
        | other-chat | chat   | 0.90     |
      And a user has asked for "chat"
      And somebody has changed its <part>
      When an auditor verifies the decision
      Then the auditor finds that it is not genuine

      Examples:
        | part           |
        | service        |
        | route          |
        | control signal |
        | guarantees     |
        | proofs         |
        | trace          |
        | signature      |

    Example: The contract was changed after the decision
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | local-chat | chat   | 0.91     |
      And a user has asked for "chat"
      And somebody has changed the contract of "local-chat"
      When an auditor verifies the decision
      Then the auditor finds that it is not genuine

    Example: The decision was signed by somebody else
      Given CAIO is running with the services
        | service    | offers | accuracy |
        | local-chat | chat   | 0.91     |
      And a user has asked for "chat"
      And the auditor holds the public key of somebody else
      When an auditor verifies the decision
      Then the auditor finds that it is not genuine

@critical @needs.http
Feature: Health tells what is wrong

  The engineer on call and the load balancer both go by the health checks. A check that says "healthy" while decisions
  cannot be recorded is worse than none.

  @CAIO-HEALTH-01
  Rule: The health check answers with a status

    Example: A running CAIO is healthy
      Given CAIO is running
      When the health of CAIO is asked for
      Then CAIO is healthy
      And CAIO is ready
      And CAIO is alive

    Example: Health needs no token even where everything else does
      Given CAIO is running in its "authenticated" profile
      When the health of CAIO is asked for
      Then CAIO is healthy

  @CAIO-HEALTH-02
  Rule: Health reports on every component

    Example: Each component by name
      Given CAIO is running
      When the health of CAIO is asked for
      Then health reports on the components "registry, rule_engine, security_verifier, traceability"
      And every component is healthy

  @CAIO-HEALTH-03 @needs.files
  Rule: When a component fails, health says which

    Scenario Outline: The <component> fails when <damage>
      Given CAIO is running on a folder of contracts and a file of policies
      When <damage>
      Then health reports that "<component>" has failed
      And the other components are healthy
      And CAIO is not ready
      And CAIO is alive

      Examples:
        | component         | damage                                  |
        | traceability      | its database is locked                  |
        | security_verifier | its signing key is damaged              |
        | rule_engine       | its policies are damaged                |
        | registry          | its contracts are moved away            |

    Scenario Outline: CAIO is ready again once the <component> works again
      Given CAIO is running on a folder of contracts and a file of policies
      And <damage>
      And health has reported that "<component>" has failed
      When the damage is repaired
      Then CAIO becomes ready again
      And CAIO is healthy

      Examples:
        | component         | damage                                  |
        | traceability      | its database is locked                  |
        | security_verifier | its signing key is damaged              |
        | rule_engine       | its policies are damaged                |
        | registry          | its contracts are moved away            |

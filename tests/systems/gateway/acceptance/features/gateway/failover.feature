@blocker @needs.http @needs.backends
Feature: The gateway outlives its upstreams

  @GW-FAILOVER-01
  Rule: A failed upstream is passed over without the caller noticing

    Example: The first upstream has died
      Given the companions "first, second" are running
      And Gateway is running
      And "first" has died
      When a user tries to ask for a chat
      Then it is the answer to that very request
      And it was answered by "second"
      And it came within 5 seconds

    Example: The first upstream answers with errors
      Given the companions "first, second" are running
      And Gateway is running
      And "first" answers every call with an error
      When a user tries to ask for a chat
      Then it is the answer to that very request
      And it was answered by "second"

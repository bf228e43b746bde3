@critical @needs.http
Feature: Health tells what is wrong

  @GW-HEALTH-01
  Rule: Health tells which upstream has failed

    Example: All upstreams work
      Given the companions "first, second" are running
      And Gateway is running
      When the health of Gateway is asked for
      Then Gateway is healthy
      And Gateway is ready
      And health reports on the components "upstream-1, upstream-2"
      And every component is healthy

    @needs.backends
    Example: One of two has died
      Given the companions "first, second" are running
      And Gateway is running
      And "first" has died
      When the health of Gateway is asked for
      Then health reports that "upstream-1" has failed
      And the other components are healthy
      And Gateway is ready

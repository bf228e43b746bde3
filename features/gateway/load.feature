@normal @needs.http @exclusive
Feature: The gateway costs little time and memory, however many deployments it knows

  Every request of every caller passes the gateway. What it adds is measured beside the bare upstream, in one run.

  @GW-LOAD-01
  Rule: What the gateway adds to answers, in time, memory and errors, stays within limits

    Example: The gateway beside the bare upstream
      Given the gateway is running
      When 1 and then 50 callers ask for the plain model, through the gateway and from the bare upstream
      Then all requests of the comparison succeed
      And with 1 caller the gateway adds at most 50 ms to 95 % of answers
      And with 50 callers the gateway answers 95 % of requests within 2000 ms
      And the gateway's memory grows by at most 64 MB for each 10,000 requests

  @GW-LOAD-02 @needs.many-deployments
  Rule: A thousand deployments do not slow decisions noticeably

    Example: A thousand deployments beside a few
      Given the gateway is running
      And a gateway with a thousand deployments is running beside it
      When a caller asks both gateways for the plain model, one after the other
      Then all requests of the comparison succeed
      And the gateway with a thousand deployments takes at most 10 ms more for half of the answers

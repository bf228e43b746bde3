@critical @needs.http @needs.containers
Feature: Several CAIO on one data folder are as one

  Whoever calls does not know which replica answers, and need not know.

  @CAIO-ROUTE-06
  Rule: The same request gives the same decision, on every replica

    Example: Services that only the other replica was told of
      Given CAIO is running as replicas that were told of these services one after the other
        | service | offers | accuracy |
        | twin-a  | chat   | 0.90     |
        | twin-b  | chat   | 0.90     |
        | twin-c  | chat   | 0.90     |
      When a user asks both of them for "chat" with each of the seeds 1 to 20
      Then they decide the same every time

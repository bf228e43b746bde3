@critical @needs.http @needs.containers
Feature: CAIO is updated while its callers go on

  CAIO is updated in the middle of the day. Several of it share one data folder behind a load balancer, and an operator
  replaces them one by one. No caller may notice, and whatever goes wrong with the new version, the old one serves on.

  @CAIO-DEPLOY-06
  Rule: A rolling update and a rollback lose no request and no registered service

    Example: An update to a new version, while the old one is still at work on a request
      Given CAIO is running as replicas behind a load balancer with real services
        | service   | offers | latency  | idempotent |
        | slow-chat | chat   | 10000 ms | no         |
      And "slow-chat" has hung since a user sent "Good morning" to be answered by "chat"
      And requests are flowing all the time
      When the operator updates CAIO to a new version, replica by replica
      Then the user gets one answer, from "slow-chat"
      And every request was answered with success, once
      And every service that was registered before or meanwhile is there, once
      And every caller is answered by the new version

    Example: An update that is taken back
      Given CAIO is running as replicas behind a load balancer with the services
        | service    | offers |
        | local-chat | chat   |
      And requests are flowing all the time
      When the operator updates CAIO to a new version, and back to the old one
      Then every request was answered with success, once
      And every service that was registered before or meanwhile is there, once
      And every caller is answered by the old version

    Scenario Outline: The new version <is sick>
      Given CAIO is running as replicas behind a load balancer with the services
        | service    | offers |
        | local-chat | chat   |
      And requests are flowing all the time
      When the operator updates CAIO to a version that <is sick>, waiting 5 seconds for it
      Then every request was answered with success, once
      And every service that was registered before or meanwhile is there, once
      And every caller is answered by the old version

      Examples:
        | is sick                       |
        | ends as soon as it is started |
        | never gets ready              |
        | gets sick when it is used     |

    Example: A replica is stopped by somebody who does not know the runbook
      Given CAIO is running as replicas behind a load balancer with real services
        | service   | offers | latency  | idempotent |
        | slow-chat | chat   | 10000 ms | no         |
      And "slow-chat" has hung since a user sent "Good morning" to be answered by "chat"
      And requests are flowing all the time
      When that replica is stopped, and nobody has told the load balancer
      Then the user gets one answer, from "slow-chat"
      And every request was answered with success, once
      And every service that was registered before or meanwhile is there, once

@blocker @needs.http @needs.backends
Feature: When a service dies, the caller still gets one answer

  Services die in the middle of the day. The caller must not notice more than a moment's delay, nothing must happen twice,
  and nothing that CAIO has acknowledged may be forgotten.

  @CAIO-FAIL-01
  Rule: The next service that may be chosen takes the request

    Example: The chosen service is dead
      Given CAIO is running with real services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And "best-chat" has died
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "local-chat"

    Example: The chosen service hangs, and the caller's deadline is kept
      Given CAIO is running with real services
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And "best-chat" hangs
      When a user sends "Good morning" to be answered by "chat" within 2 seconds
      Then the user gets one answer, from "local-chat"
      And the user has waited for at most 2 seconds

    Example: The chosen service answers with an error
      Given CAIO is running with real services
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And "best-chat" answers every call with an error
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "local-chat"

    Example: A service that breaks the request's rules is not taken, even in need
      Given CAIO is running with real services
        | service    | offers | accuracy | needs internet |
        | best-chat  | chat   | 0.99     | no             |
        | cloud-chat | chat   | 0.98     | yes            |
        | local-chat | chat   | 0.90     | no             |
      And "best-chat" has died
      When a user sends "Good morning" to be answered by "chat" without the internet
      Then the user gets one answer, from "local-chat"
      And "cloud-chat" has received 0 calls

    Example: What may already have had an effect is not done again elsewhere
      Given CAIO is running with real services
        | service   | offers | accuracy | idempotent |
        | best-pad  | notes  | 0.99     | no         |
        | local-pad | notes  | 0.90     | no         |
      And "best-pad" takes every call and then breaks the connection
      When a user sends "Buy milk" to be kept by "notes"
      Then the user is told that "best-pad" failed
      And "best-pad" has kept "Buy milk" once
      And "local-pad" has received 0 calls

    Example: What cannot have had an effect is done elsewhere, once
      Given CAIO is running with real services
        | service   | offers | accuracy | idempotent |
        | best-pad  | notes  | 0.99     | no         |
        | local-pad | notes  | 0.90     | no         |
      And "best-pad" has died
      When a user sends "Buy milk" to be kept by "notes"
      Then the user gets one answer, from "local-pad"
      And "local-pad" has kept "Buy milk" once

    Example: Every service is dead
      Given CAIO is running with real services
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And "best-chat" has died
      And "local-chat" has died
      When a user sends "Good morning" to be answered by "chat" within 2 seconds
      Then the user is told that "best-chat, local-chat" failed
      And the user has waited for at most 2 seconds

  @CAIO-FAIL-02
  Rule: A service that has recovered gets requests again once it has been probed

    Example: It died, was noticed, and came back
      Given CAIO is running with real services, which it probes
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And "best-chat" has died and CAIO has noticed
      And "best-chat" is back and CAIO has noticed
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "best-chat"

    Example: While it is known to be dead it is not even tried
      Given CAIO is running with real services, which it probes
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And "best-chat" has died and CAIO has noticed
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "local-chat"
      And CAIO has tried only "local-chat"

    Example: A service that hung is used again when it wakes up
      Given CAIO is running with real services, which it probes
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And "best-chat" hangs and CAIO has noticed
      And "best-chat" has woken up and CAIO has noticed
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "best-chat"

    Example: A service that nobody can probe is tried again after a rest
      Given CAIO is running with real services
        | service   | offers | accuracy | idempotent |
        | best-chat | chat   | 0.99     | yes        |
      And "best-chat" answers every call with an error
      And a user has sent "Good morning" to be answered by "chat" 3 times
      And "best-chat" is well again
      When a user keeps sending "Good morning" to be answered by "chat" for up to 10 seconds
      Then the user gets one answer, from "best-chat"

    Example: A service that keeps failing is left alone for a while
      Given CAIO is running with real services
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
      And "best-chat" answers every call with an error
      When a user sends "Good morning" to be answered by "chat" 20 times in a row
      Then "best-chat" has received at most 20 calls

  @CAIO-FAIL-03 @needs.process-control
  Rule: A killed instance still knows everything it acknowledged

    Example: Every registered service
      Given a CAIO of its own is running
      And these services are registered
        | service    | offers    | version |
        | local-chat | chat      | 1.0.0   |
        | other-chat | chat      | 1.2.0   |
        | abstracter | summarise | 3.0.0   |
      When CAIO is killed and started again
      Then the registry holds exactly "abstracter, local-chat, other-chat"
      And the registry holds version "1.2.0" of "other-chat"

    Example: Every decision, with its trace and proofs
      Given a CAIO of its own is running
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And a user has asked for "chat" with each of the seeds 1 to 20
      When CAIO is killed and started again
      Then each of the 20 decisions can be fetched as it was given

    Example: What was removed stays removed
      Given a CAIO of its own is running
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
        | other-chat | chat   |
      And "other-chat" has been removed
      When CAIO is killed and started again
      Then the registry holds exactly "local-chat"

    Example: Killed in the middle of registrations
      Given a CAIO of its own is running
      When CAIO is killed while services are being registered, and started again
      Then every registration that it acknowledged is still there
      And every service that it knows is whole, and a request is routed

@blocker @needs.http @needs.containers
Feature: When containers, networks, memory or disks fail, the caller is answered in time and nothing is forgotten

  In production CAIO and the services behind it are containers on a network. Cables are pulled, lines are slow, disks
  run full and kernels kill. Nobody who calls may be left waiting, and nothing that CAIO has acknowledged may be lost.

  @CAIO-FAIL-01
  Rule: The next service that may be chosen takes the request

    Scenario Outline: The container of the chosen service <fault>
      Given CAIO is running in a container with real services in containers
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And the container of "best-chat" <fault>
      When a user sends "Good morning" to be answered by "chat" within 4 seconds
      Then the user gets one answer, from "local-chat"
      And the user has waited for at most 4 seconds

      Examples: What kills a service, and what only cuts it off, or makes it too slow to be of use
        | fault                                |
        | is killed                            |
        | is frozen                            |
        | is stopped                           |
        | is disconnected from the network     |
        | refuses connections                  |
        | is sent everything and gets nothing  |
        | gets everything too late             |

    Example: Its answer comes over so thin a line that it would be too late
      Given CAIO is running in a container with real services in containers
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And the container of "best-chat" answers over a very thin line
      When a user sends a text of 400 words to be answered by "chat" within 4 seconds
      Then the user gets one answer, from "local-chat"
      And the user has waited for at most 4 seconds

    Example: A third of all packets is lost, at a service that has a healthy one beside it
      Given CAIO is running in a container with real services in containers
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And the container of "best-chat" loses a third of all packets
      When a user sends "Good morning" to be answered by "chat" 10 times in a row
      Then the user got one answer each time, within 10 seconds

    Example: What may already have had an effect is not done again elsewhere
      Given CAIO is running in a container with real services in containers
        | service   | offers | accuracy | idempotent |
        | best-pad  | notes  | 0.99     | no         |
        | local-pad | notes  | 0.90     | no         |
      And the container of "best-pad" is frozen
      When a user sends "Buy milk" to be answered by "notes" within 2 seconds
      Then it is refused as "deadline-exceeded"
      And the user has waited for at most 3 seconds
      And "local-pad" has not kept "Buy milk"

    Example: CAIO itself is cut off from all its services
      Given CAIO is running in a container with real services in containers
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And CAIO is cut off from its services
      When a user sends "Good morning" to be answered by "chat" within 4 seconds
      Then the user is told that "best-chat, local-chat" failed
      And the user has waited for at most 4 seconds

    Scenario Outline: The clock of CAIO has jumped an hour <way>, and the chosen service is dead
      Given a CAIO of its own is running in a container whose clock can be moved
      And it calls these services in containers, and probes them
        | service    | offers | accuracy |
        | best-chat  | chat   | 0.99     |
        | local-chat | chat   | 0.90     |
      And the clock of CAIO has jumped an hour <way>
      And the container of "best-chat" is killed, and CAIO has noticed
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "local-chat"
      And CAIO has tried only "local-chat"

      Examples:
        | way     |
        | forward |
        | back    |

  @CAIO-FAIL-02
  Rule: A service that has recovered gets requests again once it has been probed

    Scenario Outline: A service whose container <fault>, and that is well again
      Given CAIO is running in a container with real services in containers, which it probes
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And the container of "best-chat" <fault>, and CAIO has noticed
      And "best-chat" is back and CAIO has noticed
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "best-chat"

      Examples: What ends its connections, and what leaves them open with nobody at the other end
        | fault                            |
        | is killed                        |
        | is frozen                        |
        | is disconnected from the network |
        | refuses connections              |
        | gets everything too late         |

    Example: A service that was restarted between two calls
      Given CAIO is running in a container with real services in containers
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
      And a user has sent "Good morning" to be answered by "chat" 2 times
      And the container of "best-chat" is restarted
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "best-chat"

    Example: A service that has come back under another address
      Given CAIO is running in a container with real services in containers, which it probes
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
      And a user has sent "Good morning" to be answered by "chat" 2 times
      And the container of "best-chat" is given another address
      When a user keeps sending "Good morning" to be answered by "chat" for up to 10 seconds
      Then the user gets one answer, from "best-chat"

    Example: CAIO itself was cut off from all its services
      Given CAIO is running in a container with real services in containers, which it probes
        | service    | offers | accuracy | idempotent |
        | best-chat  | chat   | 0.99     | yes        |
        | local-chat | chat   | 0.90     | yes        |
      And CAIO was cut off from its services, noticed it, and has noticed that it reaches them again
      When a user sends "Good morning" to be answered by "chat"
      Then the user gets one answer, from "best-chat"

    Example: The clock jumps back an hour while a service that nobody can probe is left alone
      Given a CAIO of its own is running in a container whose clock can be moved, and rests failing services 4 seconds
      And it calls these services in containers
        | service   | offers | accuracy | idempotent |
        | best-chat | chat   | 0.99     | yes        |
      And the container of "best-chat" refuses connections
      And a user has sent "Good morning" to be answered by "chat" 3 times
      And the clock of CAIO has jumped an hour back
      And "best-chat" is well again
      When a user keeps sending "Good morning" to be answered by "chat" for up to 15 seconds
      Then the user gets one answer, from "best-chat"

  @CAIO-FAIL-03
  Rule: A killed instance still knows everything it acknowledged

    Example: Its container is killed
      Given a CAIO of its own is running in a container
      And these services are registered
        | service    | offers    | version |
        | local-chat | chat      | 1.0.0   |
        | abstracter | summarise | 3.0.0   |
      And a user has asked for "chat" with each of the seeds 1 to 20
      When CAIO is killed and started again
      Then the registry holds exactly "abstracter, local-chat"
      And each of the 20 decisions can be fetched as it was given

    Example: Its container is killed in the middle of registrations
      Given a CAIO of its own is running in a container
      When CAIO is killed while services are being registered, and started again
      Then every registration that it acknowledged is still there
      And everyone who asked meanwhile got an answer or a clear error within 5 seconds
      And every service that it knows is whole, and a request is routed

    Example: The kernel kills it for want of memory, in the middle of registrations
      Given a CAIO of its own is running in a container
      When CAIO runs out of memory while services are being registered, and is started again
      Then the kernel had ended it for want of memory
      And every registration that it acknowledged is still there
      And everyone who asked meanwhile got an answer or a clear error within 5 seconds
      And every service that it knows is whole, and a request is routed

    Example: Its disk is full
      Given a CAIO of its own is running in a container with a disk of 4 megabytes
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And the disk of CAIO is full
      When services are registered until one is refused
      Then it is refused as "store-unavailable"
      And "local-chat" and everything acknowledged after it is still there

    Example: Its disk is full when decisions are to be recorded
      Given a CAIO of its own is running in a container with a disk of 4 megabytes
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And a user has asked for "chat" with each of the seeds 1 to 20
      And the disk of CAIO is full
      When a user asks for "chat" until a decision is refused
      Then it is refused as "store-unavailable"
      And CAIO still knows every decision that it gave

    Example: Its disk was full, and has room again
      Given a CAIO of its own is running in a container with a disk of 4 megabytes
      And the disk of CAIO was full until a registration was refused, and has room again
      When version "1.0.0" of "late-chat" is registered
      Then the last registration is accepted, and everything acknowledged before is still there

    Example: Its disk was full, and another instance goes on with what is on it
      Given a CAIO of its own is running in a container with a disk of 4 megabytes
      And these services are registered
        | service    | offers |
        | local-chat | chat   |
      And a user has asked for "chat" with each of the seeds 1 to 20
      And the disk of CAIO was full until a registration was refused, and has room again
      When another CAIO takes over what is on its disk
      Then "local-chat" and everything acknowledged after it is still there
      And CAIO still knows every decision that it gave

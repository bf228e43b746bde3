@blocker
Feature: What CAIO promises holds in cases that nobody has thought of

  Examples show that a promise can be kept. Here thousands of cases are made up, with limits that meet, services that
  are nearly equal and names that look alike, and each answer is compared with what the rules give. The same seed makes
  the same cases.

  @CAIO-ROUTE-01 @CAIO-ROUTE-02 @CAIO-ROUTE-03 @CAIO-ROUTE-04 @CAIO-ROUTE-05 @CAIO-ROUTE-08 @CAIO-ERR-01
  Rule: Every decision is one that the rules give

    Example: Requests, policies, contracts and histories of every kind
      Given CAIO is running
      When 2,000 different requests are asked of registries that differ
      Then every decision is the one that the rules give

    @needs.http @needs.settings @needs.files
    Example: Policies of the operator as well as of callers
      Given CAIO is running under these policies of its operator
        | type       | field             | value | minimum | services |
        | constraint | requires_internet | no    |         |          |
        | guarantee  | accuracy          |       | 0.5     |          |
        | deny       |                   |       |         | chat-c   |
      When 500 different requests are asked of registries that differ
      Then every decision is the one that the rules give

  @CAIO-ROUTE-01 @CAIO-ROUTE-06 @CAIO-ROUTE-07 @CAIO-ERR-02 @CAIO-ERR-06
  Rule: The registry forgets nothing, and what is refused changes nothing

    Example: Changes and requests of several callers, sound and broken
      Given CAIO is running
      When callers register, replace, remove and ask in any order
      Then CAIO always answers as a registry that forgets nothing would

    @needs.http @needs.settings
    Example: Changes and requests over two workers, which nobody may notice
      Given CAIO is running with the settings
        | setting      | value |
        | CAIO_WORKERS | 2     |
      When callers register, replace, remove and ask in any order
      Then CAIO always answers as a registry that forgets nothing would

  @CAIO-ROUTE-09 @CAIO-ENV-04 @CAIO-FAIL-01 @CAIO-FAIL-03
  Rule: Neither a restart nor a service that fails makes it forget

    @needs.http @needs.settings @needs.backends @needs.process-control
    Example: A small registry whose services are called, and a CAIO that is killed now and then
      Given CAIO is running with the settings
        | setting               | value |
        | CAIO_REGISTRY_SIZE    | 3     |
        | CAIO_CIRCUIT_FAILURES | 1000  |
      When callers register, replace, remove, ask, dispatch and restart in any order
      Then CAIO always answers as a registry that forgets nothing would

  @CAIO-ROUTE-06 @CAIO-ROUTE-01 @CAIO-ERR-06
  Rule: What has nothing to do with a request does not change its decision

    Scenario Outline: Asked again after <change>
      Given CAIO is running
      When 200 decisions are asked for again after <change>
      Then every decision is the same as before

      Examples:
        | change                                       |
        | nothing has changed                          |
        | the services have come in another order      |
        | the contracts have come in another form      |
        | a service has come that offers nothing of it |
        | worse contracts have been refused            |

    @CAIO-FAIL-03 @CAIO-ROUTE-09 @needs.http @needs.settings @needs.process-control
    Example: Asked again after calls that failed and a restart
      Given CAIO is running with the settings
        | setting               | value |
        | CAIO_CIRCUIT_FAILURES | 1000  |
      When 60 decisions are asked for again after failed calls and a restart
      Then every decision is the same as before

    @CAIO-ROUTE-02 @CAIO-ROUTE-03 @CAIO-ROUTE-04
    Example: Who asks for less is offered no less
      Given CAIO is running
      When 300 decisions are asked for again with fewer demands
      Then no decision loses a service

    @needs.http @needs.backends
    Example: What is decided is what is done
      Given CAIO is running
      When 300 decisions are asked for, and then carried out
      Then every decision is the same as before

  @CAIO-ERR-03 @CAIO-AUTH-01
  Rule: Every answer is one that its own document describes

    @needs.http
    Example: Requests that the document allows, and some that it does not
      Given CAIO is running in its "authenticated" profile
      When everything that its own document allows is asked
      Then every answer is one that the document describes

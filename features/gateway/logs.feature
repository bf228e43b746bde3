@critical @needs.http
Feature: Logs help whoever runs the gateway, and give nobody's secrets away

  Logs are read by more people than keys and prompts are meant for.

  @GW-LOG-01 @needs.logs
  Rule: No key and no prompt stands in a log

    Scenario Outline: <what>
      Given the gateway is running
      When a caller with something to hide asks for <asked>
      Then the log of the gateway has neither a key nor what the caller wrote

      Examples:
        | what                          | asked                             |
        | A good request                | the plain model                   |
        | A stream                      | a stream of the plain model       |
        | An unknown model              | a model that does not exist       |
        | A request that is cut in half | the plain model in half a request |

    Scenario Outline: The upstream <fault>
      Given the gateway is running
      And every upstream of the plain model <fault>
      When a caller with something to hide asks for the plain model
      Then the log of the gateway has neither a key nor what the caller wrote

      Examples:
        | fault                                   |
        | is dead                                 |
        | fails with the error 500                |
        | answers with half a document            |
        | refuses the gateway and repeats its key |

  @GW-LOG-02 @needs.request-id
  Rule: A request has one id, which is returned, logged and passed on

    Example: It is returned
      Given the gateway is running
      When a caller asks for the plain model under an id of its own
      Then the caller of the model is given the id of the request back

    Example: It is passed on
      Given the gateway is running
      When a caller asks for the plain model under an id of its own
      Then the upstream was given the id of the request

    @needs.logs
    Example: It is logged
      Given the gateway is running
      When a caller asks for the plain model under an id of its own
      Then the log of the gateway has the id of the request

    Example: A stream
      Given the gateway is running
      When a caller asks for a stream of the plain model under an id of its own
      Then the caller of the model is given the id of the request back
      And the upstream was given the id of the request

    Example: A caller who names none
      Given the gateway is running
      When a caller asks for the plain model 2 times
      Then each request for the model was given an id of its own, and the upstream was given it

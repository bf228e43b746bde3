@critical @needs.http
Feature: Errors are told in the form that clients know, and tell nothing of the inside

  Clients decide by the form of an error whether to try again. Addresses and traces in it help nobody but intruders.

  @GW-ERR-01
  Rule: Every error is JSON with error.message, type and code, malformed requests get 4xx, without addresses or traces

    Scenario Outline: A request <mistake>
      Given the gateway is running
      When a caller asks for the plain model in a request <mistake>
      Then the caller is told that the request was wrong
      And the error of the gateway is one that official clients read
      And the error of the gateway tells neither addresses nor traces

      Examples:
        | mistake                           |
        | that is cut in half               |
        | that is empty                     |
        | that is a list                    |
        | without a model                   |
        | whose model is a number           |
        | without messages                  |
        | whose messages are a text         |
        | with letters that are no text     |

    @needs.model-routes
    Example: A model that does not exist
      Given the gateway is running
      When a caller asks for a model called "gpt-unknown"
      Then the error of the gateway is one that official clients read
      And the error of the gateway tells neither addresses nor traces

    Example: An API path that does not exist
      Given the gateway is running
      When a caller calls an API path of the models that does not exist
      Then the caller is told that the request was wrong
      And the error of the gateway is one that official clients read
      And the error of the gateway tells neither addresses nor traces

    @needs.keys
    Example: An unknown key
      Given the gateway is running
      When a caller with an unknown key asks for the plain model
      Then the error of the gateway is one that official clients read
      And the error of the gateway tells neither addresses nor traces

    Scenario Outline: The upstream <fault>
      Given the gateway is running
      And every upstream of the plain model <fault>
      When a caller asks for the plain model
      Then the error of the gateway is one that official clients read
      And the error of the gateway tells neither addresses nor traces

      Examples:
        | fault                        |
        | is dead                      |
        | fails with the error 500     |
        | fails with the error 429     |
        | resets the connection        |
        | answers with a web page      |
        | answers with half a document |

    Example: An official client meets an error
      Given the gateway is running
      And every upstream of the plain model fails with the error 400
      When a caller with an official client asks for the plain model
      Then the official client reads the error of the gateway

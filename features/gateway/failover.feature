@blocker @needs.http
Feature: When an upstream fails another one answers, once, and in time

  Upstreams fail every day. Callers should not notice, should not pay twice, and should not wait for ever.

  @GW-FAIL-01
  Rule: When an upstream is dead, failing, overloaded or hanging, the next one answers, once, after as many tries as configured

    @needs.fallback
    Scenario Outline: The first upstream <fault>
      Given the gateway is running
      And the first upstream of the guarded model <fault>
      When a caller asks for the guarded model 3 times
      Then each caller gets the answer to the own question, from the second upstream of the guarded model
      And no question led to more calls than the guarded model is configured for

      Examples:
        | fault                    |
        | is dead                  |
        | resets the connection    |
        | fails with the error 500 |
        | fails with the error 502 |
        | fails with the error 503 |
        | fails with the error 429 |
        | hangs                    |

    @needs.fallback-order
    Example: The first upstream is well
      Given the gateway is running
      When a caller asks for the guarded model 3 times
      Then each caller gets the answer to the own question, from the first upstream of the guarded model

    Scenario Outline: Every upstream <fault>
      Given the gateway is running
      And every upstream of the guarded model <fault>
      When a caller asks for the guarded model
      Then the caller is told that the upstreams failed
      And no question led to more calls than the guarded model is configured for

      Examples:
        | fault                    |
        | is dead                  |
        | fails with the error 500 |
        | fails with the error 503 |

    @needs.retries
    Example: The only upstream fails once and is well again
      Given the gateway is running
      And the first upstream of the plain model fails with the error 503 once
      When a caller asks for the plain model
      Then the caller gets the answer of an upstream of that model
      And no question led to more calls than the plain model is configured for

  @GW-FAIL-02
  Rule: A caller's own mistake is returned, tried nowhere else, and makes no upstream rest

    Scenario Outline: The upstream says that the request is wrong (<status>)
      Given the gateway is running
      And every upstream of the guarded model fails with the error <status>
      When a caller asks for the guarded model
      Then the caller is given the upstream's own refusal, <status>
      And each question led to exactly one call of an upstream

      Examples:
        | status |
        | 400    |
        | 404    |
        | 422    |

    Scenario Outline: Twenty mistakes in a row (<status>)
      Given the gateway is running
      And every upstream of the plain model fails with the error <status>
      And a caller has asked for the plain model 20 times
      And every upstream of the plain model is well again
      When a caller asks for the plain model
      Then the caller gets the answer of an upstream of that model

      Examples:
        | status |
        | 400    |
        | 404    |
        | 422    |

  @GW-FAIL-03 @needs.cooldown
  Rule: An upstream that fails again and again rests, and is used again afterwards

    Example: It is left alone
      Given the gateway is running
      And the first upstream of the guarded model fails with the error 500
      When a caller asks for the guarded model 20 times
      Then each caller gets the answer to the own question, from the second upstream of the guarded model
      And the first upstream of the guarded model was left alone for at least 5 of the last 10 questions

    Example: It is used again
      Given the gateway is running
      And the first upstream of the guarded model fails with the error 500
      And a caller has asked for the guarded model 20 times
      When the first upstream of the guarded model is well again
      Then the first upstream of the guarded model answers again within 10 seconds

    Example: It is the only one
      Given the gateway is running
      And every upstream of the plain model fails with the error 500
      And a caller has asked for the plain model 10 times
      When every upstream of the plain model is well again
      Then the first upstream of the plain model answers again within 10 seconds

  @GW-FAIL-04 @needs.request-timeout
  Rule: The time-out of a request covers all of its tries, and is told as such

    Scenario Outline: Every upstream <fault>
      Given the gateway is running
      And every upstream of the hurried model <fault>
      When a caller asks for the hurried model
      Then the caller is told within the time-out of the hurried model that it was exceeded

      Examples:
        | fault                   |
        | hangs                   |
        | answers 5 seconds late  |

    Example: The first upstream hangs and the second is well
      Given the gateway is running
      And the first upstream of the hurried model hangs
      When a caller asks for the hurried model
      Then the caller is answered, or told so, within the time-out of the hurried model

    Example: A stream whose first token does not come
      Given the gateway is running
      And every upstream of the hurried model hangs
      When a caller asks for a stream of the hurried model
      Then the caller is told within the time-out of the hurried model that it was exceeded

  @GW-FAIL-05
  Rule: An upstream that says when to come back is not called before

    Scenario Outline: The only upstream <fault>
      Given the gateway is running
      And the first upstream of the plain model <fault> once
      When a caller asks for the plain model
      Then no upstream was called again before the time that it had named
      And the caller of the model gets an answer, or is told to wait

      Examples:
        | fault                                                  |
        | fails with the error 429 and says to wait 1 second     |
        | fails with the error 503 and says to wait 1 second     |
        | fails with the error 429 and says to wait 2 seconds    |
        | fails with the error 429 and names a time in 3 seconds |

    Example: The only upstream says to wait an hour
      Given a gateway of its own is running
      And every upstream of the plain model fails with the error 429 and says to wait 3600 seconds
      When a caller asks for the plain model
      Then the caller is told within 10 seconds that the upstreams failed
      And no upstream was called again before the time that it had named

    @needs.fallback @needs.cooldown
    Example: Another upstream need not wait
      Given the gateway is running
      And the first upstream of the guarded model fails with the error 429 and says to wait 3 seconds
      When a caller asks for the guarded model
      Then each caller gets the answer to the own question, from the second upstream of the guarded model
      And no upstream was called again before the time that it had named

  @GW-FAIL-06
  Rule: A web page or an error that calls itself a success counts as a failure

    Scenario Outline: The only upstream <fault>
      Given the gateway is running
      And every upstream of the plain model <fault>
      When a caller asks for the plain model
      Then the caller is told that the upstreams failed

      Examples:
        | fault                               |
        | answers with a web page             |
        | answers with an error as a success  |
        | answers without any choice          |
        | answers with half a document        |

    @needs.fallback
    Scenario Outline: The first upstream <fault>
      Given the gateway is running
      And the first upstream of the guarded model <fault>
      When a caller asks for the guarded model
      Then the caller gets the answer of the second upstream of the guarded model

      Examples:
        | fault                               |
        | answers with a web page             |
        | answers with an error as a success  |
        | answers without any choice          |
        | answers with half a document        |

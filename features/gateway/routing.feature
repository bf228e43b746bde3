@blocker @needs.http
Feature: Each request reaches an upstream of its own model, and what was asked arrives as it was asked

  A gateway holds the keys of many model servers. A request that reaches the wrong one gives data to somebody who must
  not have it, and costs money that nobody has agreed to spend.

  @GW-ROUTE-01
  Rule: A request reaches only an upstream that is configured for its model, under that upstream's name and key

    Scenario Outline: The <route> model
      Given the gateway is running
      When a caller asks for the <route> model
      Then the caller gets the answer of an upstream of that model
      And that upstream was asked for its own model, with its own key
      And no other upstream was called for that model

      Examples:
        | route   |
        | plain   |
        | guarded |

    Scenario Outline: A stream of the <route> model
      Given the gateway is running
      When a caller asks for a stream of the <route> model
      Then the caller gets the whole stream of an upstream of that model
      And that upstream was asked for its own model, with its own key
      And no other upstream was called for that model

      Examples:
        | route   |
        | plain   |
        | guarded |

    @needs.model-routes
    Example: Callers of several models at the same moment
      Given the gateway is running
      When 24 callers ask for the plain and guarded models at the same moment
      Then each caller gets the answer to the own question, from an upstream of the model asked for
      And each question led to exactly one call of an upstream

    Example: An official client reads the answer
      Given the gateway is running
      When a caller with an official client asks for the plain model
      Then the official client reads the answer of an upstream of that model

  @GW-ROUTE-02 @needs.model-routes
  Rule: A model that is not configured is refused as unknown, and no upstream is called for it

    Scenario Outline: A model named <model>
      Given the gateway is running
      When a caller asks for a model called "<model>"
      Then the caller is told that there is no such model
      And no upstream was called for that model

      Examples:
        | model               |
        | gpt-unknown         |
        | gpt-plain-2         |
        | gpt                 |
        | gpt-guarded-plain   |

    Example: A stream of an unknown model
      Given the gateway is running
      When a caller asks for a stream of a model called "gpt-unknown"
      Then the caller is told that there is no such model
      And no upstream was called for that model

    Example: An unknown model while its neighbours are in use
      Given the gateway is running
      And a caller has asked for the plain model
      When a caller asks for a model called "gpt-unknown"
      Then the caller is told that there is no such model
      And no upstream was called for that model

  @GW-ROUTE-03 @needs.weights
  Rule: Requests are shared by the weights of the upstreams, and a weight of 0 gets none

    Example: Two hundred requests
      Given the gateway is running
      When callers ask for the weighted model 200 times, 4 at a time
      Then every caller gets the answer of an upstream of that model
      And the upstreams of the weighted model were called as often as their weights say

    Example: Two hundred streams
      Given the gateway is running
      When callers ask for streams of the weighted model 200 times, 4 at a time
      Then every caller gets the answer of an upstream of that model
      And the upstreams of the weighted model were called as often as their weights say

    @needs.fallback
    Example: The upstream with the highest weight is dead
      Given the gateway is running
      And the first upstream of the weighted model is dead
      When a caller asks for the weighted model 10 times
      Then no upstream of the weighted model with a weight of 0 was called

  @GW-ROUTE-04 @needs.sharing
  Rule: Equal upstreams share the requests, and one that is busy gets fewer

    Example: A hundred requests, eight at a time
      Given the gateway is running
      When callers ask for the shared model 100 times, 8 at a time
      Then every caller gets the answer of an upstream of that model
      And each upstream of the shared model got a quarter of the calls at least

    Example: Forty streams, eight at a time
      Given the gateway is running
      When callers ask for streams of the shared model 40 times, 8 at a time
      Then every caller gets the answer of an upstream of that model
      And each upstream of the shared model got a quarter of the calls at least

    @needs.least-busy
    Example: One of two upstreams takes half a second for each answer
      Given the gateway is running in its "least-busy" profile
      And the first upstream of the shared model answers 0.5 seconds late
      When callers ask for the shared model 60 times, 6 at a time
      Then every caller gets the answer of an upstream of that model
      And the first upstream of the shared model got less than half as many calls as the second

  @GW-ROUTE-05 @needs.model-list
  Rule: The list of models holds exactly what can be asked for

    Example: Every model that is configured
      Given the gateway is running
      When a caller asks which models there are
      Then the list of models has every configured model, once

    Example: Nothing that cannot be asked for
      Given the gateway is running
      When a caller asks which models there are, and for each of them
      Then each listed model was answered

    Example: An official client reads the list
      Given the gateway is running
      When a caller with an official client asks which models there are
      Then the official client reads the list of models

    @needs.key-models
    Example: The list of a caller who may ask for some models only
      Given the gateway is running
      When a narrow caller asks which models there are, and for each of them
      Then each listed model was answered

  @GW-ROUTE-06 @needs.unknown-fields
  Rule: What the gateway does not know arrives at the upstream unchanged

    Scenario Outline: A request with <what>
      Given the gateway is running
      When a caller asks for the plain model in a request with <what>
      Then the upstream was asked with all of that, unchanged
      And the caller gets the answer of an upstream of that model

      Examples:
        | what                          |
        | a field that nobody knows     |
        | fields of a certain server    |
        | a nested field                |
        | values that are false or zero |
        | letters of many languages     |
        | an unknown field in a message |
        | tools and their parameters    |

    Example: A stream with unknown fields
      Given the gateway is running
      When a caller asks for a stream of the plain model in a request with a nested field
      Then the upstream was asked with all of that, unchanged
      And the caller gets the whole stream of an upstream of that model

  @GW-ROUTE-07 @needs.embeddings
  Rule: Embeddings come in the order of their inputs

    Scenario Outline: <what>
      Given the gateway is running
      When a caller asks the embeddings model for <what>
      Then each input has the embedding that the upstream makes of it alone, in the order of the inputs

      Examples:
        | what                                   |
        | twelve texts in no order               |
        | two equal texts with one between       |
        | one text in a list                     |
        | one text by itself                     |
        | a hundred texts                        |

    Example: An official client reads the embeddings
      Given the gateway is running
      When a caller with an official client asks the embeddings model for twelve texts in no order
      Then the official client reads the embeddings, in the order of the inputs

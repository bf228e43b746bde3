@blocker @needs.http
Feature: A stream tells the caller what the upstream says, as it says it, and how it ended

  People read along while a model writes. A stream that comes late, twice, or seems complete when it is not has its reader
  believe something that no model has said.

  @GW-STREAM-01
  Rule: Tokens come as they are made, in order and once, and then one [DONE]

    Example: Tokens that are made one by one
      Given the gateway is running
      When a caller asks for a stream of 8 tokens of the plain model, of which one is made every 150 ms
      Then the caller gets the whole stream of an upstream of that model
      And each token came before the upstream made the third one after it

    Example: A thousand tokens without a pause
      Given the gateway is running
      When a caller asks for a stream of 1000 tokens of the plain model, of which one is made every 0 ms
      Then the caller gets the whole stream of an upstream of that model

    Example: Twenty streams at the same moment
      Given the gateway is running
      When 20 callers ask for streams of the plain model at the same moment
      Then each caller gets the whole stream that answers the own question

    Example: The caller asks for the number of tokens
      Given the gateway is running
      When a caller asks for a stream of the plain model with the number of tokens
      Then the caller gets the whole stream of an upstream of that model
      And the stream tells the upstream's own number of tokens once

    Example: An official client reads the stream
      Given the gateway is running
      When a caller with an official client asks for a stream of the plain model
      Then the official client reads the answer of an upstream of that model

  @GW-STREAM-02
  Rule: The way in which an upstream writes its events changes nothing

    Scenario Outline: An upstream that <writing>
      Given the gateway is running
      And every upstream of the plain model <writing>
      When a caller asks for a stream of the plain model in a request with letters of many languages
      Then the caller gets the whole stream of an upstream of that model

      Examples:
        | writing                                |
        | writes comments between its events     |
        | ends its lines with CR LF              |
        | sends its bytes one by one             |
        | sends its bytes in pieces of 7         |
        | does all of this together              |

  @GW-STREAM-03
  Rule: A stream that broke is told to its caller, and never ended as if it were complete

    Scenario Outline: The upstream <fault>
      Given the gateway is running
      And every upstream of the plain model <fault>
      When a caller asks for a stream of the plain model
      Then the caller gets no more than the upstream has sent, once
      And the caller can tell that the stream broke

      Examples:
        | fault                                     |
        | breaks off after 3 tokens                 |
        | resets the connection after 3 tokens      |
        | reports an error after 3 tokens           |
        | sends half an event after 3 tokens        |

    Scenario Outline: The upstream ends its stream <when>
      Given the gateway is running
      And every upstream of the plain model ends <when>
      When a caller asks for a stream of the plain model
      Then the caller gets no more than the upstream has sent, once
      And the stream does not claim to be complete

      Examples:
        | when                                        |
        | without [DONE] after 3 tokens               |
        | without [DONE] after 1 token                |

  @GW-STREAM-04 @needs.fallback
  Rule: A failure before the first token falls back; after it nothing is mixed or repeated

    Scenario Outline: The first upstream <fault>
      Given the gateway is running
      And the first upstream of the guarded model <fault>
      When a caller asks for a stream of the guarded model
      Then the caller gets the whole stream of the second upstream of the guarded model

      Examples:
        | fault                                   |
        | is dead                                 |
        | fails with the error 500                |
        | resets the connection                   |
        | breaks off before the first token       |
        | reports an error before the first token |
        | answers with a web page                 |

    Scenario Outline: The first upstream <fault> and the second is well
      Given the gateway is running
      And the first upstream of the guarded model <fault>
      When a caller asks for a stream of the guarded model
      Then the stream has tokens of one upstream alone, each once

      Examples:
        | fault                                |
        | breaks off after 3 tokens            |
        | resets the connection after 3 tokens |
        | reports an error after 3 tokens      |

  @GW-STREAM-05 @needs.stream-timeout
  Rule: A stream that falls silent is ended within its time-out, and one that is only slow is not

    Scenario Outline: The upstream falls silent <when>
      Given the gateway is running
      And every upstream of the plain model falls silent <when>
      When a caller asks for a stream of the plain model
      Then the caller was told within the time-out of streams that nothing more comes
      And the upstream's call was ended too

      Examples:
        | when                   |
        | before the first token |
        | after 3 tokens         |

    @needs.fallback
    Example: The first upstream falls silent before the first token, and there is a second
      Given the gateway is running
      And the first upstream of the guarded model falls silent before the first token
      When a caller asks for a stream of the guarded model
      Then the caller gets the whole stream of the second upstream of the guarded model

    Example: A stream that takes longer than the time-out in all
      Given the gateway is running
      When a caller asks for a stream of 7 tokens of the plain model, of which one is made every 600 ms
      Then the caller gets the whole stream of an upstream of that model

  @GW-STREAM-06
  Rule: When its caller has gone, the upstream's call is ended within a second

    Example: The caller goes away while tokens come
      Given the gateway is running
      When a caller asks for a long stream of the plain model and goes away after 3 tokens
      Then the upstream's call was ended within 1 second

    Example: The caller goes away while the upstream is silent
      Given the gateway is running
      And every upstream of the plain model falls silent after 3 tokens
      When a caller asks for a long stream of the plain model and goes away after 0.6 seconds
      Then the upstream's call was ended within 1 second

    Example: The caller goes away before the first token
      Given the gateway is running
      And every upstream of the plain model falls silent before the first token
      When a caller asks for a long stream of the plain model and goes away after 0.6 seconds
      Then the upstream's call was ended within 1 second

    Example: The other callers stay
      Given the gateway is running
      When 6 callers ask for long streams of the plain model, and every second one goes away after 3 tokens
      Then each caller who stayed gets the whole stream that answers the own question
      And each upstream's call of a caller who went away was ended within 1 second

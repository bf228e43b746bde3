@blocker @needs.http
Feature: Only callers with a good key get in, and no key goes where it does not belong

  Behind the gateway stand accounts that cost money. A key that leaks, or one that opens more than it should, is paid for
  by whoever owns the account.

  @GW-AUTH-01 @needs.keys
  Rule: A missing, wrong or expired key is refused on every API path, and the refusal says how to identify oneself

    Scenario Outline: A caller with <key>
      Given the gateway is running
      When a caller with <key> calls every path of the models
      Then every call of the models is refused as unauthenticated
      And no upstream was called

      Examples:
        | key                               |
        | no key                            |
        | an empty key                      |
        | an unknown key                    |
        | all but the last letter of a key  |
        | a key and one letter more         |
        | a key in capital letters          |
        | a key under another scheme        |

    @needs.key-expiry
    Example: A caller whose key has expired
      Given the gateway is running
      When a caller with an expired key calls every path of the models
      Then every call of the models is refused as unauthenticated
      And no upstream was called

    Scenario Outline: A caller with <key> is told how to identify
      Given the gateway is running
      When a caller with <key> calls every path of the models
      Then every refusal asks the caller for a key of the models

      Examples:
        | key            |
        | no key         |
        | an unknown key |

    Example: A caller with a good key
      Given the gateway is running
      When a caller with a good key calls every path of the models
      Then every call of the models is let in

  @GW-AUTH-02 @needs.keys
  Rule: A refusal repeats neither the key nor anything that it could be known by

    Scenario Outline: A caller with <key>
      Given the gateway is running
      When a caller with <key> calls every path of the models
      Then no answer of the models repeats the key, a part of it, or its hash

      Examples:
        | key                              |
        | an unknown key                   |
        | all but the last letter of a key |
        | a key under another scheme       |

    @needs.key-expiry
    Example: A caller whose key has expired
      Given the gateway is running
      When a caller with an expired key calls every path of the models
      Then no answer of the models repeats the key, a part of it, or its hash

    Example: A caller with a good key and a request that cannot be read
      Given the gateway is running
      When a caller asks for the plain model in a request that is cut in half
      Then no answer of the models repeats the key, a part of it, or its hash

  @GW-AUTH-03 @needs.key-models
  Rule: A key opens only the models that it is for

    Scenario Outline: A narrow caller asks for the <route> model
      Given the gateway is running
      When a narrow caller asks for the <route> model
      Then the narrow caller gets an answer exactly if the key is for the <route> model

      Examples:
        | route   |
        | plain   |
        | guarded |
        | shared  |

    Scenario Outline: A narrow caller asks for a stream of the <route> model
      Given the gateway is running
      When a narrow caller asks for a stream of the <route> model
      Then the narrow caller gets an answer exactly if the key is for the <route> model

      Examples:
        | route   |
        | plain   |
        | guarded |

  @GW-AUTH-04
  Rule: Keys of callers never go upstream, and keys of upstreams never come back

    Scenario Outline: A caller shows its key <where>
      Given the gateway is running
      When a caller asks for the plain model and shows a key <where>
      Then no upstream was shown the caller's key

      Examples:
        | where                     |
        | as a bearer token         |
        | in another header as well |
        | for a stream              |

    Scenario Outline: The upstream <fault>
      Given the gateway is running
      And every upstream of the plain model <fault>
      When a caller asks for the plain model 2 times
      Then no answer of the gateway shows the key of an upstream

      Examples:
        | fault                                  |
        | is dead                                |
        | fails with the error 500               |
        | refuses the gateway and repeats its key |

    Example: What the gateway tells of itself
      Given the gateway is running
      When a caller reads everything that the gateway tells of itself
      Then no answer of the gateway shows the key of an upstream

  @GW-AUTH-05
  Rule: No caller can aim the gateway at a host of the caller's choice

    Example: A caller names another host in every way that is known
      Given the gateway is running
      When a caller asks for the plain model and names a host of its own in every way that gateways know
      Then the host that the caller named was never called

    @needs.caller-aimed
    Scenario Outline: A caller aims its request at <host>
      Given the gateway is running
      When a caller aims a request for the plain model at "<address>"
      Then the gateway refuses to call that host

      Examples:
        | host                                      | address                 |
        | the machine's own metadata                | http://169.254.169.254  |
        | the same, written as a number             | http://2852039166       |
        | the same, by its name in a cloud          | http://metadata.google.internal |

@blocker @needs.http
Feature: Only known callers get in, each only as far as its role

  Leads are personal data. Whoever reads them must have shown who they are, and a stolen or forged pass opens nothing.

  @AUTO-AUTH-01
  Rule: The right password gives a pass that opens the API, a wrong one gives nothing

    Scenario Outline: The right password of <name>
      Given Automation Orchestrator is running
      When a log-in is tried as "<name>" with the right password
      Then the answer is "allowed"
      And the pass from the log-in lets its holder list the leads

      Examples:
        | name  |
        | admin |
        | user  |

    Scenario Outline: A log-in with <what>
      Given Automation Orchestrator is running
      When a log-in is tried as "<name>" with the password "<password>"
      Then the answer is "unauthenticated"
      And the log-in gave no pass

      Examples:
        | what                                | name   | password    |
        | the password of the source's client | admin  | admin       |
        | a wrong password                    | admin  | wrong       |
        | a name that nobody has              | nobody | wrong       |
        | a name in other letters             | ADMIN  | wrong       |
        | another one's password              | user   | (of admin)  |
        | the password and one letter more    | admin  | (and more)  |
        | the password in capital letters     | admin  | (capitals)  |

    Example: Whoever has no account is refused in the same words as whoever has the wrong password
      Given Automation Orchestrator is running
      And a log-in has been tried as "admin" with the password "wrong"
      When a log-in is tried as "nobody" with the password "wrong"
      Then both log-ins are refused in the same words

    Example: A log-in cannot choose its own role
      Given Automation Orchestrator is running
      When a log-in is tried as "user" with the right password and the role "admin"
      Then the pass from the log-in, if there is one, opens no backup

    Example: Somebody who tries one password after the other is told to wait
      Given Automation Orchestrator is running
      When a log-in is tried as "colleague" with the password "wrong" 11 times
      Then the first 10 answers are "unauthenticated"
      And the last answer is "rate-limited"

  @AUTO-AUTH-02
  Rule: Every route but the open ones needs a pass or an API key

    Example: Each route that the API describes, without either
      Given Automation Orchestrator is running
      When a caller without a token calls every route that is not open, such as those of leads
      Then every call is refused as "unauthenticated"

    Scenario Outline: <caller> lists the leads
      Given Automation Orchestrator is running
      When <caller> tries to list the leads
      Then the answer is "<answer>"

      Examples:
        | caller                                           | answer          |
        | a user                                           | allowed         |
        | an admin                                         | allowed         |
        | a user who writes the scheme in small letters    | allowed         |
        | a caller without a token                         | unauthenticated |
        | a caller with an empty token                     | unauthenticated |
        | a caller with only the scheme                    | unauthenticated |
        | a caller with an unknown token                   | unauthenticated |
        | a caller with all but the last letter of a token | unauthenticated |
        | a caller with a token and one letter more        | unauthenticated |
        | a caller with a token in capital letters         | unauthenticated |
        | a caller with a token under another scheme       | unauthenticated |
        | a caller with a token but no scheme              | unauthenticated |
        | a caller with two tokens                         | unauthenticated |
        | a caller with a token of 5000 letters            | unauthenticated |
        | a caller with a token in the address             | unauthenticated |

    Example: A new API key alone
      Given Automation Orchestrator is running
      And a user has made an API key
      When the holder of the API key lists the leads
      Then the answer is "allowed"

    Scenario Outline: The holder of an API key <what>
      Given Automation Orchestrator is running
      And a user has made an API key
      When somebody lists the leads with the API key <change>
      Then the answer is "unauthenticated"

      Examples:
        | what                     | change                     |
        | without its last letter  | without its last letter    |
        | in capital letters       | in capital letters         |
        | as a bearer token        | as a bearer token          |

    Example: An API key that was revoked
      Given Automation Orchestrator is running
      And a user has made an API key
      And the API key has been revoked
      When the holder of the API key lists the leads
      Then the answer is "unauthenticated"

    Scenario Outline: <route> is open
      Given Automation Orchestrator is running
      When a caller without a token calls "<route>" with the method GET
      Then the answer is "allowed"

      Examples:
        | route   |
        | health  |
        | docs    |
        | redoc   |
        | openapi |

  @AUTO-AUTH-03
  Rule: Callers can see who they are and which API keys they have, but never the keys themselves

    Scenario Outline: <caller> asks who it is
      Given Automation Orchestrator is running
      When <caller> tries to see who is calling
      Then the answer is "allowed"
      And the API says that the caller is "<name>" with the role "<role>"

      Examples:
        | caller   | name  | role  |
        | an admin | admin | admin |
        | a user   | user  | user  |

    Example: The holder of an API key is the one who made it
      Given Automation Orchestrator is running
      And a user has made an API key
      When the holder of the API key asks who it is
      Then the API says that the caller is "user" with the role "user"

    Example: The list of API keys names them and shows none
      Given Automation Orchestrator is running
      And a user has made an API key
      When a user tries to list the API keys
      Then the list has the API key that was made
      And the list does not show the API key

    Example: Somebody else's API keys are not listed
      Given Automation Orchestrator is running
      And an admin has made an API key
      When a user tries to list the API keys
      Then the list does not have the API key that was made

    Example: The store holds no API key in clear
      Given Automation Orchestrator is running
      When a user makes an API key
      Then no file of the system holds the API key

  @AUTO-AUTH-04
  Rule: A pass that is expired, changed, unsigned or signed by somebody else is refused

    Example: A pass that the suite signed as the orchestrator would
      Given Automation Orchestrator is running
      When somebody lists the leads with a pass that "is sound"
      Then the answer is "allowed"

    Scenario Outline: A pass that <what>
      Given Automation Orchestrator is running
      When somebody lists the leads with a pass that "<what>"
      Then the answer is "unauthenticated"
      And it asks the caller for a token

      Examples:
        | what                                   |
        | expired a second ago                   |
        | never expires                          |
        | is not valid yet                       |
        | is unsigned                            |
        | is unsigned and says NoNe              |
        | has its signature cut off              |
        | is signed with another secret          |
        | is signed with an empty secret         |
        | is signed by another algorithm         |
        | was changed to the role admin          |
        | is for another audience                |
        | is from another issuer                 |
        | has no audience                        |
        | names a key that nobody has            |
        | names a key by a path                  |
        | is of a caller whom nobody knows       |

    Example: A pass of somebody who was disabled since
      Given Automation Orchestrator is running
      And a log-in of somebody new has been tried with the right password
      And an admin has disabled whoever logged in
      When the holder of the pass lists the leads
      Then the answer is "unauthenticated"

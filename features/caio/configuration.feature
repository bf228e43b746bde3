@critical @needs.http @needs.settings
Feature: CAIO starts only with settings it can keep

  A service that starts with half of its settings fails later, at night. CAIO must check them all at the start and say
  which one is wrong.

  @CAIO-ENV-01
  Rule: With its required settings CAIO starts and is healthy

    Example: Production with what it requires and nothing more
      When CAIO is started with the settings
        | setting              | value                      |
        | CAIO_ENV             | production                 |
        | CAIO_AUTH_SECRET_KEY | a-long-secret-for-this-run |
        | CAIO_CORS_ORIGINS    | https://example.com        |
      Then CAIO starts and is healthy

    Example: Development with nothing set
      When CAIO is started with the settings
        | setting  | value       |
        | CAIO_ENV | development |
      Then CAIO starts and is healthy

    Example: Production asks for authentication without being told to
      Given CAIO is running with the settings
        | setting              | value                      |
        | CAIO_ENV             | production                 |
        | CAIO_AUTH_SECRET_KEY | a-long-secret-for-this-run |
        | CAIO_CORS_ORIGINS    | https://example.com        |
      When a caller without a token tries to list the services
      Then the answer is "unauthenticated"

  @CAIO-ENV-02
  Rule: In production a missing secret stops the start

    Example: The secret is not set
      When CAIO is started with the settings
        | setting           | value               |
        | CAIO_ENV          | production          |
        | CAIO_CORS_ORIGINS | https://example.com |
      Then CAIO refuses to start and names "CAIO_AUTH_SECRET_KEY"

    Scenario Outline: The secret is <kind>
      When CAIO is started with the settings
        | setting              | value               |
        | CAIO_ENV             | production          |
        | CAIO_AUTH_SECRET_KEY | <secret>            |
        | CAIO_CORS_ORIGINS    | https://example.com |
      Then CAIO refuses to start and names "CAIO_AUTH_SECRET_KEY"

      Examples:
        | kind         | secret  |
        | empty        |         |
        | only a space | (space) |

    Example: Authentication cannot be switched off in production
      When CAIO is started with the settings
        | setting              | value                      |
        | CAIO_ENV             | production                 |
        | CAIO_AUTH_SECRET_KEY | a-long-secret-for-this-run |
        | CAIO_AUTH_REQUIRED   | false                      |
        | CAIO_CORS_ORIGINS    | https://example.com        |
      Then CAIO refuses to start and names "CAIO_AUTH_REQUIRED"

  @CAIO-ENV-03
  Rule: An unusable value stops the start and is named

    Scenario Outline: <setting> is <value>
      When CAIO is started with the settings
        | setting   | value   |
        | <setting> | <value> |
      Then CAIO refuses to start and names "<setting>" and "<value>"

      Examples:
        | setting                 | value              |
        | CAIO_ENV                | prodution          |
        | CAIO_PORT               | 70000              |
        | CAIO_REGISTRY_SIZE      | 0                  |
        | CAIO_WORKERS            | 0                  |
        | CAIO_DECISIONS_KEPT     | 0                  |
        | CAIO_CONTRACT_CACHE_TTL | soon               |
        | CAIO_RATE_LIMIT         | 5 per fortnight    |
        | CAIO_LOG_FORMAT         | xml                |
        | CAIO_AUTH_REQUIRED      | perhaps            |
        | CAIO_CORS_ORIGINS       | example.com        |

    Example: A token without a role is refused, and the token itself is not shown
      When CAIO is started with the settings
        | setting          | value                   |
        | CAIO_AUTH_TOKENS | kPz8-token-with-no-role |
      Then CAIO refuses to start and names "CAIO_AUTH_TOKENS"
      And it does not show "kPz8-token-with-no-role"

  @CAIO-ENV-04
  Rule: The registry takes as many services as it was sized for and not one more

    Example: The last service that fits, and the first that does not
      Given CAIO is running with the settings
        | setting            | value |
        | CAIO_REGISTRY_SIZE | 3     |
      And these services are registered
        | service | offers |
        | chat-1  | chat   |
        | chat-2  | chat   |
        | chat-3  | chat   |
      When version "1.0.0" of "chat-4" is registered
      Then it is refused as "registry-full"
      And the registry holds exactly "chat-1, chat-2, chat-3"

    Example: A full registry still takes a new version of a service it has
      Given CAIO is running with the settings
        | setting            | value |
        | CAIO_REGISTRY_SIZE | 3     |
      And these services are registered
        | service | offers |
        | chat-1  | chat   |
        | chat-2  | chat   |
        | chat-3  | chat   |
      When "chat-2" is replaced by version "2.0.0"
      Then the registry holds version "2.0.0" of "chat-2"

    Example: A place that was freed can be taken
      Given CAIO is running with the settings
        | setting            | value |
        | CAIO_REGISTRY_SIZE | 3     |
      And these services are registered
        | service | offers |
        | chat-1  | chat   |
        | chat-2  | chat   |
        | chat-3  | chat   |
      And "chat-1" has been removed
      When version "1.0.0" of "chat-4" is registered
      Then the registry holds exactly "chat-2, chat-3, chat-4"

  @CAIO-ENV-05
  Rule: A changed contract file takes effect when its time in the cache is over

    Example: With one second in the cache the change takes effect
      Given CAIO is running on a folder of contracts that it keeps for 1 second
        | service    | offers | version |
        | local-chat | chat   | 1.0.0   |
      When the contract file of "local-chat" is changed to version "2.0.0"
      Then within 4 seconds CAIO knows version "2.0.0" of "local-chat"

    Example: With an hour in the cache it does not yet
      Given CAIO is running on a folder of contracts that it keeps for 3600 seconds
        | service    | offers | version |
        | local-chat | chat   | 1.0.0   |
      When the contract file of "local-chat" is changed to version "2.0.0"
      Then for 2 seconds CAIO still knows version "1.0.0" of "local-chat"

    Example: A change that makes the file invalid does not take the service away
      Given CAIO is running on a folder of contracts that it keeps for 1 second
        | service    | offers | version |
        | local-chat | chat   | 1.0.0   |
      When the contract file of "local-chat" is damaged
      Then for 2 seconds CAIO still knows version "1.0.0" of "local-chat"

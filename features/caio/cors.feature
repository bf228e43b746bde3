@blocker @needs.http
Feature: Only approved web pages may call CAIO from a browser

  A browser sends a signed-in user's requests on behalf of whatever page asks. Only pages of approved origins may be
  given CAIO's answers.

  @CAIO-CORS-01
  Rule: Pages from each configured origin are allowed

    Scenario Outline: A page from <origin>
      Given CAIO is running in its "browser-facing" profile
      When a page from "<origin>" asks the browser for permission to call the API
      Then the page is allowed in

      Examples:
        | origin                  |
        | https://example.com     |
        | https://app.example.com |

    Example: The page is also given the answer to its call
      Given CAIO is running in its "browser-facing" profile
      When a page from "https://app.example.com" tries to list the services
      Then the page is allowed in

    Example: Shared caches must not give one origin's permission to another
      Given CAIO is running in its "browser-facing" profile
      When a page from "https://app.example.com" tries to list the services
      Then the answer is marked as meant for that origin only

  @CAIO-CORS-02
  Rule: Pages from any other origin are kept out

    Scenario Outline: A page from <origin>
      Given CAIO is running in its "browser-facing" profile
      When a page from "<origin>" asks the browser for permission to call the API
      Then the page is kept out

      Examples:
        | origin                |
        | https://malicious.com |
        | http://localhost:3000 |

    Example: A page from another origin is not given the answer to a simple call either
      Given CAIO is running in its "browser-facing" profile
      When a page from "https://malicious.com" tries to list the services
      Then the page is kept out

  @CAIO-CORS-03
  Rule: Origins that only look like a configured one are kept out

    Scenario Outline: <trick>
      Given CAIO is running in its "browser-facing" profile
      When a page from "<origin>" asks the browser for permission to call the API
      Then the page is kept out

      Examples:
        | trick                              | origin                          |
        | A sub-domain                       | https://evil.example.com        |
        | Another scheme                     | http://example.com              |
        | Another port                       | https://example.com:8443        |
        | The name as a prefix               | https://example.com.evil.net    |
        | The name as a suffix               | https://notexample.com          |
        | The name as a user                 | https://example.com@evil.net    |
        | One letter for the dot             | https://appxexample.com         |
        | The opaque origin                  | null                            |
        | All configured origins in one      | https://example.com,https://app.example.com |

    Scenario Outline: No wildcard is combined with credentials for <page>
      Given CAIO is running in its "browser-facing" profile
      When a page from "<page>" tries to list the services
      Then credentials are not combined with a wildcard

      Examples:
        | page                    |
        | https://example.com     |
        | https://malicious.com   |
        | null                    |

@critical @needs.http @needs.browser
Feature: A real browser gives only approved web pages what CAIO answers

  What CAIO says about origins is worth what browsers make of it. Here real pages of real origins call CAIO from a real
  browser, and the page's own script tells what it was given.

  @CAIO-CORS-04
  Rule: In a real browser a page from an approved origin can call CAIO, and one from another origin cannot

    Scenario Outline: A page from <origin> reads what anybody may read
      Given CAIO is running in its "browser-facing" profile
      When in a browser a page from "<origin>" tries to list the services
      Then the page's script is given the answer

      Examples:
        | origin                  |
        | https://example.com     |
        | https://app.example.com |

    Example: A page of the approved origin acts for the user who is signed in
      Given CAIO is running in its "production" profile
      When in a browser a page from "https://example.com" registers "local-chat" with the token of "admin"
      Then the page's script is given the answer
      And the registry holds exactly "local-chat"

    Example: A page from another origin is not given what anybody may read
      Given CAIO is running in its "browser-facing" profile
      When in a browser a page from "https://malicious.com" tries to list the services
      Then the browser keeps the answer from the page

    Scenario Outline: A page from another origin changes nothing, even with the user's token: <trick>
      Given CAIO is running in its "production" profile
      When in a browser a page from "<origin>" registers "local-chat" with the token of "admin"
      Then the browser keeps the answer from the page
      And the registry is empty

      Examples:
        | trick                | origin                       |
        | Another name         | https://malicious.com        |
        | A sub-domain         | https://evil.example.com     |
        | Another scheme       | http://example.com           |
        | Another port         | https://example.com:8443     |
        | The name as a prefix | https://example.com.evil.net |
        | The name as a suffix | https://notexample.com       |

    Example: A page from another origin gets nothing done by a call for which browsers ask no permission
      Given CAIO is running in its "browser-facing" profile
      When in a browser a page from "https://malicious.com" registers "local-chat" as plain text
      Then the browser keeps the answer from the page
      And the registry is empty

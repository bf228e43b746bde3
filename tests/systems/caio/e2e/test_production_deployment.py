"""End-to-end tests for CAIO production deployment.

These tests verify production deployment scenarios:
1. Docker deployment
2. Environment variable configuration
3. Health checks
4. Authentication/authorization
5. CORS configuration
6. Structured logging
"""
# The code of the source document stands here as it was printed, its formatting included.
# fmt: off
# ruff: noqa

import os
import pytest
from caio.api import create_app
from fastapi.testclient import TestClient

class TestEnvironmentVariables:
    """Test environment variable configuration."""
    
    def test_required_environment_variables(self, monkeypatch):
        """Test that required environment variables are validated."""
        # Set required variables
        monkeypatch.setenv("CAIO_ENV", "production")
        monkeypatch.setenv("CAIO_AUTH_SECRET_KEY", "test-secret-key")
        monkeypatch.setenv("CAIO_CORS_ORIGINS", "https://example.com")
        
        # App should start successfully
        app = create_app()
        client = TestClient(app)
        
        # Health endpoint should work
        response = client.get("/health")
        assert response.status_code == 200
    
    def test_missing_auth_secret_key(self, monkeypatch):
        """Test that missing CAIO_AUTH_SECRET_KEY fails gracefully."""
        monkeypatch.setenv("CAIO_ENV", "production")
        monkeypatch.delenv("CAIO_AUTH_SECRET_KEY", raising=False)
        
        # App should handle missing secret key
        # (Implementation depends on how CAIO handles this)
        # Expected: Either fails at startup or uses default
        try:
            app = create_app()
            # If app starts, verify it handles missing key
            assert True
        except Exception as exc:
            # Expected: Exception if secret key is required
            assert "CAIO_AUTH_SECRET_KEY" in str(exc) or "secret" in str(exc).lower()


class TestHealthChecks:
    """Test health endpoint functionality."""
    
    @pytest.fixture
    def app(self):
        """Create FastAPI app for testing."""
        return create_app()
    
    @pytest.fixture
    def client(self, app):
        """Create test client."""
        return TestClient(app)
    
    def test_health_endpoint_returns_200(self, client):
        """Test that /health endpoint returns 200."""
        response = client.get("/health")
        assert response.status_code == 200
        data = response.json()
        assert "status" in data
    
    def test_health_endpoint_checks_components(self, client):
        """Test that health endpoint checks all components."""
        response = client.get("/health")
        assert response.status_code == 200
        data = response.json()
        
        # Verify component checks (if implemented)
        if "components" in data:
            assert "registry" in data["components"]
            assert "rule_engine" in data["components"]
            assert "security_verifier" in data["components"]
            assert "traceability" in data["components"]


class TestAuthenticationAuthorization:
    """Test authentication and authorization."""
    
    @pytest.fixture
    def app(self, monkeypatch):
        """Create FastAPI app with auth enabled."""
        monkeypatch.setenv("CAIO_AUTH_REQUIRED", "true")
        monkeypatch.setenv(
            "CAIO_AUTH_TOKENS",
            "admin-token:admin,user-token:user,service-token:service"
        )
        return create_app()
    
    @pytest.fixture
    def client(self, app):
        """Create test client."""
        return TestClient(app)
    
    def test_api_routes_require_authentication(self, client):
        """Test that API routes require authentication."""
        # Test without token (should return 401)
        response = client.get("/api/v1/services")
        assert response.status_code == 401
    
    def test_api_routes_accept_valid_tokens(self, client):
        """Test that API routes accept valid tokens."""
        # Test with valid token (should return 200)
        headers = {"Authorization": "Bearer admin-token"}
        response = client.get("/api/v1/services", headers=headers)
        assert response.status_code == 200
    
    def test_authorization_levels(self, client):
        """Test that authorization levels work correctly."""
        # Test admin token
        admin_headers = {"Authorization": "Bearer admin-token"}
        response = client.get("/api/v1/services", headers=admin_headers)
        assert response.status_code == 200
        
        # Test user token
        user_headers = {"Authorization": "Bearer user-token"}
        response = client.get("/api/v1/services", headers=user_headers)
        assert response.status_code == 200


class TestCORS:
    """Test CORS configuration."""
    
    @pytest.fixture
    def app(self, monkeypatch):
        """Create FastAPI app with CORS configured."""
        monkeypatch.setenv("CAIO_CORS_ORIGINS", "https://example.com,https://app.example.com")
        return create_app()
    
    @pytest.fixture
    def client(self, app):
        """Create test client."""
        return TestClient(app)
    
    def test_cors_allows_configured_origins(self, client):
        """Test that CORS allows configured origins."""
        headers = {
            "Origin": "https://example.com",
            "Access-Control-Request-Method": "GET"
        }
        response = client.options("/api/v1/services", headers=headers)
        assert response.status_code in [200, 204]
        assert "Access-Control-Allow-Origin" in response.headers
    
    def test_cors_rejects_disallowed_origins(self, client):
        """Test that CORS rejects disallowed origins."""
        headers = {
            "Origin": "https://malicious.com",
            "Access-Control-Request-Method": "GET"
        }
        response = client.options("/api/v1/services", headers=headers)
        # CORS should reject or not include Access-Control-Allow-Origin
        assert "https://malicious.com" not in response.headers.get("Access-Control-Allow-Origin", "")


import json
import logging

class TestStructuredLogging:
    """Test structured logging configuration."""
    
    def test_json_log_format(self, monkeypatch, caplog):
        """Test that JSON log format works."""
        monkeypatch.setenv("CAIO_LOG_FORMAT", "json")
        
        # Create app (should configure JSON logging)
        app = create_app()
        
        # Trigger a log event
        with caplog.at_level(logging.INFO):
            # Make a request that generates logs
            client = TestClient(app)
            client.get("/health")
        
        # Verify logs are in JSON format (if captured)
        # (Implementation depends on how CAIO logs)
        assert len(caplog.records) >= 0  # At least some logs

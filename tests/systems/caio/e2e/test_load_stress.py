"""Load and stress tests for CAIO performance validation.

These tests verify performance SLOs under realistic load conditions:
1. Concurrent request handling (≥ 10,000 per instance)
2. Latency SLOs (P95 ≤ 50ms routing decision)
3. Throughput under sustained load
4. Resource usage (memory, CPU)
5. Capacity margin (≥ 1.3× headroom)
"""
# The code of the source document stands here as it was printed, its formatting included.
# fmt: off
# ruff: noqa

import concurrent.futures
import time
import pytest
from caio import Orchestrator, Request
from pathlib import Path
import tempfile

class TestConcurrentRequests:
    """Test concurrent request handling."""
    
    @pytest.fixture
    def orchestrator_with_service(self):
        """Create orchestrator with test service registered."""
        orchestrator = Orchestrator()
        
        contract_yaml = """
service_id: test-service
name: Test Service
version: "1.0.0"
capabilities:
  - type: chat
api:
  protocol: http
  base_url: http://localhost:9000
  endpoints:
    - path: /chat
      method: POST
"""
        
        with tempfile.NamedTemporaryFile(mode="w", suffix=".yaml", delete=False) as f:
            f.write(contract_yaml)
            contract_path = Path(f.name)
        
        orchestrator.register_service(contract_path)
        yield orchestrator
        contract_path.unlink()
    
    def test_concurrent_requests_handling(self, orchestrator_with_service):
        """Test that CAIO handles ≥ 10,000 concurrent requests."""
        def make_request(request_id):
            """Make a single routing request."""
            request = Request(
                intent={"type": "chat", "message": f"Request {request_id}"},
                context={},
                requirements={"capabilities": ["chat"]},
                constraints={},
                user={"trust_level": 1}
            )
            try:
                decision = orchestrator_with_service.route_request(
                    request=request,
                    policies=[],
                    history={},
                    seed=42
                )
                return decision is not None
            except Exception as exc:
                return False
        
        # Test with 10,000 concurrent requests
        num_requests = 10000
        with concurrent.futures.ThreadPoolExecutor(max_workers=100) as executor:
            futures = [executor.submit(make_request, i) for i in range(num_requests)]
            results = [future.result() for future in concurrent.futures.as_completed(futures)]
        
        # Verify all requests completed successfully
        success_rate = sum(results) / len(results)
        assert success_rate >= 0.99, f"Success rate {success_rate} below 99% threshold"


# The document's later classes use this fixture without printing it again.
@pytest.fixture
def orchestrator_with_service():
    """Create orchestrator with test service registered."""
    orchestrator = Orchestrator()
    
    contract_yaml = """
service_id: test-service
name: Test Service
version: "1.0.0"
capabilities:
  - type: chat
api:
  protocol: http
  base_url: http://localhost:9000
  endpoints:
    - path: /chat
      method: POST
"""
    
    with tempfile.NamedTemporaryFile(mode="w", suffix=".yaml", delete=False) as f:
        f.write(contract_yaml)
        contract_path = Path(f.name)
    
    orchestrator.register_service(contract_path)
    yield orchestrator
    contract_path.unlink()


import statistics

class TestLatencySLOs:
    """Test latency SLOs under load."""
    
    @pytest.fixture
    def orchestrator_with_service(self):
        """Create orchestrator with test service registered."""
        orchestrator = Orchestrator()
        
        contract_yaml = """
service_id: test-service
name: Test Service
version: "1.0.0"
capabilities:
  - type: chat
api:
  protocol: http
  base_url: http://localhost:9000
  endpoints:
    - path: /chat
      method: POST
"""
        
        with tempfile.NamedTemporaryFile(mode="w", suffix=".yaml", delete=False) as f:
            f.write(contract_yaml)
            contract_path = Path(f.name)
        
        orchestrator.register_service(contract_path)
        yield orchestrator
        contract_path.unlink()
    
    def test_routing_decision_latency_p95(self, orchestrator_with_service):
        """Test that routing decision latency P95 ≤ 50ms (INV-CAIO-0006)."""
        request = Request(
            intent={"type": "chat"},
            context={},
            requirements={"capabilities": ["chat"]},
            constraints={},
            user={"trust_level": 1}
        )
        
        # Measure latency (multiple runs for P95)
        latencies = []
        for _ in range(1000):
            start = time.perf_counter()
            decision = orchestrator_with_service.route_request(
                request=request,
                policies=[],
                history={},
                seed=42
            )
            latency = (time.perf_counter() - start) * 1000  # Convert to ms
            latencies.append(latency)
            assert decision is not None
        
        # Calculate P95
        latencies.sort()
        p95_latency = latencies[int(len(latencies) * 0.95)]
        
        # Verify P95 ≤ 50ms (INV-CAIO-0006)
        assert p95_latency <= 50.0, f"P95 latency {p95_latency}ms exceeds 50ms threshold"
    
    def test_contract_matching_latency_p95(self, orchestrator_with_service):
        """Test that contract matching latency P95 ≤ 10ms."""
        # (Similar to above, but measure contract matching specifically)
        # Target: P95 ≤ 10ms for contract matching
        request = Request(
            intent={"type": "chat"},
            context={},
            requirements={"capabilities": ["chat"]},
            constraints={},
            user={"trust_level": 1}
        )
        latencies = []
        for _ in range(1000):
            start = time.perf_counter()
            stage = orchestrator_with_service.match_contracts(request)
            latencies.append((time.perf_counter() - start) * 1000)
            assert stage.admitted

        latencies.sort()
        p95_latency = latencies[int(len(latencies) * 0.95)]
        assert p95_latency <= 10.0, f"P95 latency {p95_latency}ms exceeds 10ms threshold"
    
    def test_security_verification_latency_p95(self, orchestrator_with_service):
        """Test that security verification latency P95 ≤ 20ms."""
        # (Similar to above, but measure security verification specifically)
        # Target: P95 ≤ 20ms for security verification
        request = Request(
            intent={"type": "chat"},
            context={},
            requirements={"capabilities": ["chat"]},
            constraints={},
            user={"trust_level": 1}
        )
        candidates = orchestrator_with_service.match_contracts(request).admitted
        latencies = []
        for _ in range(1000):
            start = time.perf_counter()
            stage = orchestrator_with_service.verify_security(candidates, request)
            latencies.append((time.perf_counter() - start) * 1000)
            assert stage.admitted

        latencies.sort()
        p95_latency = latencies[int(len(latencies) * 0.95)]
        assert p95_latency <= 20.0, f"P95 latency {p95_latency}ms exceeds 20ms threshold"


class TestThroughput:
    """Test throughput under sustained load."""
    
    def test_sustained_throughput(self, orchestrator_with_service):
        """Test that CAIO maintains throughput under sustained load."""
        request = Request(
            intent={"type": "chat"},
            context={},
            requirements={"capabilities": ["chat"]},
            constraints={},
            user={"trust_level": 1}
        )
        
        # Run sustained load test (1000 requests over 10 seconds)
        start_time = time.perf_counter()
        num_requests = 1000
        successful_requests = 0
        
        for _ in range(num_requests):
            try:
                decision = orchestrator_with_service.route_request(
                    request=request,
                    policies=[],
                    history={},
                    seed=42
                )
                if decision is not None:
                    successful_requests += 1
            except Exception:
                pass
        
        elapsed_time = time.perf_counter() - start_time
        throughput = successful_requests / elapsed_time  # requests per second
        
        # Verify throughput meets targets (adjust threshold as needed)
        assert throughput >= 50, f"Throughput {throughput} req/s below 50 req/s threshold"


import psutil
import os

class TestResourceUsage:
    """Test resource usage under load."""
    
    def test_memory_usage_under_load(self, orchestrator_with_service):
        """Test that memory usage stays within bounds (≈ 1–4 GB per instance)."""
        process = psutil.Process(os.getpid())
        initial_memory = process.memory_info().rss / (1024 * 1024)  # MB
        
        # Run load test
        request = Request(
            intent={"type": "chat"},
            context={},
            requirements={"capabilities": ["chat"]},
            constraints={},
            user={"trust_level": 1}
        )
        
        for _ in range(1000):
            orchestrator_with_service.route_request(
                request=request,
                policies=[],
                history={},
                seed=42
            )
        
        final_memory = process.memory_info().rss / (1024 * 1024)  # MB
        memory_usage = final_memory - initial_memory
        
        # Verify memory usage within bounds (adjust threshold as needed)
        assert memory_usage < 4000, f"Memory usage {memory_usage}MB exceeds 4GB threshold"
    
    def test_cpu_utilization_steady_state(self, orchestrator_with_service):
        """Test that CPU utilization ≤ 80% steady state."""
        # Measure CPU utilization during load test
        # (Implementation depends on how to measure CPU)
        # Target: ≤ 80% steady state
        request = Request(intent={"type": "chat"}, user={"trust_level": 1})
        process = psutil.Process(os.getpid())
        rate, seconds = 50, 1
        process.cpu_percent(interval=None)
        start = time.perf_counter()
        for number in range(rate * seconds):
            orchestrator_with_service.route_request(request=request, policies=[], history={}, seed=42)
            time.sleep(max(0.0, start + number / rate - time.perf_counter()))
        assert process.cpu_percent(interval=None) <= 80.0

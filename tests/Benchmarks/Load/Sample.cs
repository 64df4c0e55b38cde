namespace Microtome.Benchmarks.Load;

/// <summary>One measurement: seconds, body bytes, answers, the server's processor seconds and private bytes, what it allocated, and how long each answer took (ms).</summary>
internal sealed record Sample(double Seconds, long Bytes, long Answers, double ServerCpuSeconds, long PrivateBytes, long? AllocatedBytes, double[] Milliseconds);

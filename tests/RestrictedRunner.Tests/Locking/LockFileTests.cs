using System.Text;
using CsCheck;
using Json.Schema;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Locking;

public class LockFileTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(Repository.Root, "build/package/docker-exec.lock.schema.json")));

    private static readonly string Digest = LockFiles.DigestOf('a');

    [Fact]
    public void It_has_a_block_for_each_image_in_order_and_ends_with_a_line_end()
    {
        var file = new LockFile(new Dictionary<string, LockedImage>
        {
            ["tools:1"] = LockFiles.ImageOf(("linux/amd64", 'c')) with { IsLocal = true },
            ["b/c:2"] = LockFiles.ImageOf(("linux/arm64", 'b'), ("linux/amd64", 'a')),
        });

        Assert.Equal(
            $$"""
            {
              "version": 1,
              "images": {
                "b/c:2": {
                  "platforms": {
                    "linux/amd64": "{{LockFiles.DigestOf('a')}}",
                    "linux/arm64": "{{LockFiles.DigestOf('b')}}"
                  }
                },
                "tools:1": {
                  "local": true,
                  "platforms": {
                    "linux/amd64": "{{LockFiles.DigestOf('c')}}"
                  }
                }
              }
            }

            """,
            Encoding.UTF8.GetString(file.ToBytes()));
    }

    [Fact]
    public void What_is_written_is_read_again_and_is_the_same_text_whatever_the_order() =>
        LockFiles.File.Sample(file =>
        {
            var read = LockFileReader.Read(file.ToBytes());

            Assert.Equal(file.Schema, read.Schema);
            Assert.Equal(file.Images.Keys.Order(StringComparer.Ordinal), read.Images.Keys.Order(StringComparer.Ordinal));
            Assert.All(file.Images, image => Assert.True(image.Value.IsSame(read.Images[image.Key])));
            Assert.Equal(file.ToBytes(), (read with { Images = read.Images.Reverse().ToDictionary() }).ToBytes());
        });

    [Fact]
    public void What_is_written_fits_the_schema() =>
        LockFiles.File.Sample(file => Assert.True(Fits(Encoding.UTF8.GetString(file.ToBytes()))), iter: 50);

    [Fact]
    public void What_the_schema_does_not_allow_is_not_read()
    {
        var good = $"{{\"version\":1,\"images\":{{\"a\":{{\"platforms\":{{\"linux/amd64\":\"{Digest}\"}}}}}}}}";
        Assert.True(Fits(good));
        LockFileReader.Read(Encoding.UTF8.GetBytes(good));
        string[] bad =
        [
            good.Replace("\"version\":1,", "", StringComparison.Ordinal),
            good.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal),
            good.Replace("\"images\"", "\"pictures\"", StringComparison.Ordinal),
            good.Replace("\"platforms\"", "\"digests\"", StringComparison.Ordinal),
            good.Replace("linux/amd64", "linux", StringComparison.Ordinal),
            good.Replace("sha256:", "sha512:", StringComparison.Ordinal),
            good.Replace("sha256:aa", "sha256:Aa", StringComparison.Ordinal),
            good.Replace("sha256:aa", "sha256:a", StringComparison.Ordinal),
            good.Replace($"\"linux/amd64\":\"{Digest}\"", "", StringComparison.Ordinal),
            good.Replace($"\"{Digest}\"", "1", StringComparison.Ordinal),
            good.Replace("{\"platforms\"", "{\"local\":\"yes\",\"platforms\"", StringComparison.Ordinal),
            "[]",
        ];
        Assert.All(bad, text => Assert.False(Fits(text), text));
        Assert.All(bad, text => Assert.Throws<LockFileException>(() => LockFileReader.Read(Encoding.UTF8.GetBytes(text))));
    }

    [Theory]
    [InlineData("", 1, "it is no JSON: The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true")]
    [InlineData("{\n  \"version\": 1,\n  \"images\": {\n", 4, "it is no JSON: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed")]
    [InlineData("{\n  \"version\": 1,\n  \"images\": {}\n}\n}\n", 5, "it is no JSON: '}' is invalid after a single JSON value. Expected end of data")]
    [InlineData("{\n  \"images\": {}\n}\n", 3, "it has no \"version\"")]
    [InlineData("{\n  \"version\": 1\n}\n", 3, "it has no \"images\"")]
    [InlineData("{\n  \"version\": 1,\n  \"imges\": {}\n}\n", 3, "\"imges\" is unknown here, where $schema, version or images may be")]
    [InlineData("{\n  \"version\": 1,\n  \"images\": {\n    \"a:1\": {}\n  }\n}\n", 4, "image 'a:1' has no platform")]
    [InlineData("{\n  \"version\": 1,\n  \"images\": {\n    \"a:1\": { \"platforms\": {\n      \"amd64\": \"\"\n    } }\n  }\n}\n", 5, "'amd64' is no platform, such as linux/amd64")]
    [InlineData("{\n  \"version\": 1,\n  \"images\": {\n    \"a:1\": { \"platforms\": {\n      \"linux/amd64\": \"latest\"\n    } }\n  }\n}\n", 5, "'latest' is no digest, which is sha256: and 64 hexadecimal digits")]
    [InlineData("{\n<<<<<<< HEAD\n  \"version\": 1,\n=======\n  \"version\": 1,\n>>>>>>> other\n  \"images\": {}\n}\n", 2, "it has the marks of a merge conflict; keep one side of each, and let 'dotnet build -t:UpdateDockerExecLock' write what is true")]
    public void What_is_wrong_is_told_with_its_line(string text, int line, string reason)
    {
        Assert.Equal((line, reason), Problem(text));
        Assert.Equal((line, reason), Problem(text.Replace("\n", "\r\n", StringComparison.Ordinal)));
        Assert.Equal((line, reason), Problem("\uFEFF" + text));
    }

    [Fact]
    public void A_name_or_a_platform_that_is_there_twice_is_wrong()
    {
        var image = $$$"""{"platforms":{"linux/arm64":"{{{Digest}}}"}}""";

        Assert.Equal((1, "it has image 'a' twice"), Problem($"{{\"version\":1,\"images\":{{\"a\":{image},\"a\":{image}}}}}"));
        Assert.Equal((1, "it has platform 'linux/arm64/v8' twice"), Problem($"{{\"version\":1,\"images\":{{\"a\":{{\"platforms\":{{\"linux/arm64\":\"{Digest}\",\"linux/arm64/v8\":\"{Digest}\"}}}}}}}}"));
    }

    [Theory]
    [InlineData("2", "its version is 2 and not 1")]
    [InlineData("1.5", "its version is 1.5 and not 1")]
    [InlineData("\"1\"", "its version is \"1\" and not 1")]
    public void Another_version_is_told_before_anything_else_of_it(string version, string reason)
    {
        var problem = Assert.Throws<LockFileException>(() => LockFileReader.Read(Encoding.UTF8.GetBytes($$"""{"version": {{version}}, "unheardOf": [1, 2]}""")));

        Assert.Equal((true, 1, reason), (problem.IsOfVersion, problem.Line, problem.Message));
    }

    // Whoever edits the file, nothing that comes out of it is a fault of ours.
    [Fact]
    public void Any_text_is_read_or_refused()
    {
        Gen.Select(LockFiles.File, Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 2]).Sample((file, at, value, how) =>
        {
            var bytes = file.ToBytes();
            at %= bytes.Length;
            byte[] changed = how switch
            {
                0 => [.. bytes[..at], value, .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], .. bytes[(at + 1)..]],
                _ => bytes[..at],
            };
            try
            {
                LockFileReader.Read(changed);
            }
            catch (LockFileException e)
            {
                Assert.InRange(e.Line, 0, 100);
            }
        });
    }

    private static (int Line, string Reason) Problem(string text)
    {
        var problem = Assert.Throws<LockFileException>(() => LockFileReader.Read(Encoding.UTF8.GetBytes(text)));
        Assert.False(problem.IsOfVersion);
        return (problem.Line, problem.Message);
    }

    private static bool Fits(string text)
    {
        using var document = System.Text.Json.JsonDocument.Parse(text);
        return Schema.Evaluate(document.RootElement).IsValid;
    }
}

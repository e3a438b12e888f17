/** A template with about `count` resources of the kinds that rules look at most closely. */
export function syntheticTemplate(count: number): string {
  const lines = ["AWSTemplateFormatVersion: '2010-09-09'", "Resources:"];
  for (let index = 0; index * 4 < count; index += 1) lines.push(...group(index));
  return `${lines.join("\n")}\n`;
}

function group(index: number): string[] {
  return `
  Bucket${index}:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "bucket-bench-${index}-\${AWS::AccountId}"
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: aws:kms
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
  BucketPolicy${index}:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket${index}
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: s3:*
            Resource: [!GetAtt "Bucket${index}.Arn", !Sub "\${Bucket${index}.Arn}/*"]
            Condition: { Bool: { "aws:SecureTransport": "false" } }
  Queue${index}:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: queue-bench-${index}
      KmsMasterKeyId: alias/key
  Group${index}:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: bench
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8 }`
    .split("\n")
    .slice(1);
}

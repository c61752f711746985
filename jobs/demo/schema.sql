-- The sample database: the tables of a video platform, as its application has them.
-- Runs on MariaDB 10.11 and MySQL 8 and later. Times are UTC.

DROP DATABASE IF EXISTS ai_pipeline_db;
CREATE DATABASE ai_pipeline_db CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
USE ai_pipeline_db;

CREATE TABLE tenants (
    id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name         VARCHAR(100) NOT NULL,
    display_name VARCHAR(255),
    plan_type    ENUM('free', 'basic', 'pro', 'enterprise') NOT NULL DEFAULT 'free',
    is_active    TINYINT(1) NOT NULL DEFAULT 1,
    api_key      VARCHAR(64) NOT NULL,
    settings     JSON,
    created_at   DATETIME NOT NULL,
    updated_at   DATETIME NOT NULL,
    UNIQUE KEY tenants_name (name)
) ENGINE=InnoDB COMMENT='pressrun sample data';

CREATE TABLE videos (
    id                       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    wp_post_id               BIGINT UNSIGNED,
    jwp_id                   VARCHAR(32),
    post_type                VARCHAR(50) NOT NULL DEFAULT 'video',
    post_status              VARCHAR(20) NOT NULL DEFAULT 'publish',
    title                    VARCHAR(500) NOT NULL,
    slug                     VARCHAR(500),
    thumbnail_url            VARCHAR(1000),
    instructor               VARCHAR(255),
    body_area                VARCHAR(255),
    helps_with               VARCHAR(500),
    props                    VARCHAR(255),
    short_description        TEXT,
    long_description         MEDIUMTEXT,
    content_tags             JSON,
    video_category           JSON,
    category_for_ai          VARCHAR(255),
    video_time               VARCHAR(20),
    run_time                 INT,
    video_topic              JSON,
    video_body_area_taxonomy JSON,
    sync_status              VARCHAR(20) NOT NULL DEFAULT 'pending',
    error_message            TEXT,
    last_processed           DATETIME(6),
    wp_created               DATETIME,
    wp_modified              DATETIME,
    created_at               DATETIME NOT NULL,
    updated_at               DATETIME NOT NULL,
    tenant_id                BIGINT UNSIGNED NOT NULL,
    KEY videos_tenant_created (tenant_id, created_at),
    KEY videos_tenant_status (tenant_id, sync_status),
    CONSTRAINT videos_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB;

CREATE TABLE video_embeddings (
    id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    video_id       BIGINT UNSIGNED NOT NULL,
    namespace      VARCHAR(100) NOT NULL,
    embedding_text TEXT,
    pinecone_id    VARCHAR(100),
    created_at     DATETIME NOT NULL,
    CONSTRAINT video_embeddings_video FOREIGN KEY (video_id) REFERENCES videos (id) ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE video_audio_previews (
    id                     BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    video_id               BIGINT UNSIGNED NOT NULL,
    s3_key                 VARCHAR(500),
    s3_url                 VARCHAR(1000),
    duration               DECIMAL(20,6),
    audio_duration_seconds INT,
    file_size_bytes        BIGINT,
    voice_id               VARCHAR(64),
    generation_status      VARCHAR(20) NOT NULL DEFAULT 'pending',
    created_at             DATETIME NOT NULL,
    CONSTRAINT video_audio_previews_video FOREIGN KEY (video_id) REFERENCES videos (id) ON DELETE CASCADE
) ENGINE=InnoDB;
